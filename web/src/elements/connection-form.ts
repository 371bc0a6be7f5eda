import { checkForm, ready, type ConnectionForm, type Finding, type Provider, type Report } from "bowline";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { ConnectionsClient, ProjectClient } from "../api/client.js";
import { ApiError, asApiError, isAbort } from "../api/problem.js";
import type { CheckProblem, Connection, ServiceFacts } from "../api/types.js";
import { dockerCommands } from "../form/commands.js";
import { endOfDay, FormDraft, type FieldPath } from "../form/draft.js";
import { controlId, fieldStyles, renderField, type FieldActions, type FieldView } from "../form/field.js";
import { formOf } from "../form/kept.js";
import { hold } from "../form/settling.js";
import { trustedHosts } from "../form/trusted.js";
import { RegistryPicker, pickerStyles } from "../form/registry-picker.js";
import { registryChoices, viewsOf, type FormViews } from "../form/views.js";
import { findingText, problemText, text } from "../messages.js";
import { loadRegistryTypes } from "../registry-types.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import type { TrustDetail } from "./check-result.js";
import { CheckRun } from "./check-run.js";
import { formLayout } from "./connection-form-layout.js";
import { alreadyConnected, inUse, notSaved, otherRegistry, otherType } from "./connection-form-offers.js";
import type { OpenDetail } from "./connection-row.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure } from "./failure.js";
import { icon } from "./icons.js";
import "./paste-box.js";
import type { RecognizedDetail } from "./paste-box.js";

/** `bowline-change`: the form and its report. The form contains the secrets as typed. */
export interface ChangeDetail {
  readonly form: ConnectionForm;
  readonly report: Report;
}

/** `bowline-saved`: the stored connection. */
export interface SavedDetail {
  readonly connection: Connection;
}

/** The API that the form needs. Without the second part, it shows fewer hints before the first test. */
export type FormClient = ConnectionsClient & Partial<Pick<ProjectClient, "service" | "settings">>;

/** The pause in typing after which a new field can show an error, in milliseconds. */
const PAUSE_MS = 700;

/**
 * The form that connects a registry, drawn from the provider table alone.
 *
 * Properties: `client` (tests and saves; without it, the form only reports changes), `provider` and `auth` (the initial
 * choice), `template` (the initial values), `connection` (the connection to replace the credentials of; its registry is
 * fixed), `restored` (unsaved input to restore). Read-only: `value`, `report`, `unsaved`.
 *
 * Events: `bowline-change` with {@link ChangeDetail}, `bowline-saved` with {@link SavedDetail}, `bowline-replace` when the
 * user wants a new connection instead of `connection`, `bowline-open` for the project's existing connection to the same
 * registry, `bowline-signed-out` when the API rejects the client's token. In a `<form>`, its value is the ConnectionForm
 * as JSON.
 */
@element("bowline-connection-form")
export class BowlineConnectionForm extends LitElement {
  static readonly formAssociated = true;

  @property({ attribute: false }) client: FormClient | null = null;
  @property() provider = "";
  @property() auth = "";
  @property({ attribute: false }) template: ConnectionForm | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ attribute: false }) restored: ConnectionForm | null = null;

  @state() private draft: FormDraft | null = null;
  /** Whether the module is loaded, so that the form can be checked. */
  @state() private judging = false;
  @state() private loadError: ApiError | null = null;
  @state() private saving = false;
  @state() private saveError: ApiError | null = null;
  /** The project's existing connection to the same registry. */
  @state() private taken: Connection | null = null;
  /** The check before saving failed. The user can save without it. */
  @state() private unverified = false;
  /** Whether the additional options are visible. */
  @state() private unfolded = false;
  /** The secrets that are visible until they are used. */
  @state() private revealed: ReadonlySet<FieldPath> = new Set();
  /** The message after the credentials were replaced. */
  @state() private replaced = "";
  /** The message about pasted text. */
  @state() private filled = "";
  /** The facts about the service for the time before the first test. */
  @state() private facts: ServiceFacts | null = null;

  readonly #run = new CheckRun(this);
  readonly #picker = new RegistryPicker(this, (id) => this.#type("provider", id));
  readonly #internals = this.attachInternals();
  readonly #actions: FieldActions = {
    type: (path, value) => this.#type(path, value),
    leave: (path) => this.#touch(path),
    reveal: (path) => this.#reveal(path),
    fix: (finding) => void this.#fix(finding),
  };
  #pause: ReturnType<typeof setTimeout> | undefined;
  #report: Report = { valid: false, findings: [], endpoint: null, detected: null };

  /** The current form. */
  get value(): ConnectionForm {
    return this.draft?.form() ?? {};
  }

  /** The module's report. */
  get report(): Report {
    return this.#report;
  }

  /** Whether there is unsaved input. */
  get unsaved(): boolean {
    return this.draft?.isChanged ?? false;
  }

  constructor() {
    super();
    // The <form> was submitted with an error. Show it at the fields instead of the browser's message.
    this.addEventListener("invalid", (event) => {
      event.preventDefault();
      void this.#complete();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  /** The `<form>` was reset: back to the initial state. */
  formResetCallback(): void {
    this.draft = null;
    this.#run.cancel();
    void this.#load();
  }

  /** The element or its fieldset was disabled. */
  formDisabledCallback(disabled: boolean): void {
    this.inert = disabled;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client")) void this.#loadFacts();
    if (this.draft === null || !(changed.has("provider") || changed.has("auth"))) return;
    if (this.provider !== "" && this.provider !== this.draft.provider?.id) this.draft.selectProvider(this.provider);
    if (this.auth !== "") this.draft.selectAuth(this.auth);
    this.#judge();
  }

  protected override render(): TemplateResult {
    const failed = this.loadError === null ? nothing : failure(this.loadError, () => this.#load());
    if (this.draft === null) return failed !== nothing ? failed : html`<p class="quiet" role="status">${text().form.loading}</p>`;
    const views = viewsOf(this.draft, this.draft.shown(this.#report.findings), this.revealed);
    const { provider } = this.draft;
    const { connection } = this;
    return html`<div class="columns">
      <form class="panel" novalidate autocomplete="off" @submit=${this.#submit}>
        ${failed}
        ${
          connection !== null
            ? this.#rotation(this.draft, views, connection)
            : html`
        ${provider === undefined ? html`<bowline-paste-box @bowline-recognized=${this.#recognized}></bowline-paste-box>` : nothing}
        <p class=${this.filled === "" ? "visually-hidden" : "filled"} role="status" data-testid="filled">${this.filled === "" ? nothing : [icon("wand"), this.filled]}</p>
        <div class="choice">
          ${renderField(views.provider, this.#actions, this.#picker.control(views.provider, registryChoices(this.draft.providers)))}
          ${
            provider === undefined
              ? nothing
              : html`<div class="under">${
                  this.#detected(this.draft, views.provider) ??
                  html`<p class="small docs">
            <a href=${provider.docsUrl} target="_blank" rel="noreferrer noopener">${text().form.docs(provider.title)}</a>
          </p>`
                }</div>`
          }
        </div>
        ${provider === undefined ? nothing : [this.#fields(this.draft, views), this.#buttons()]}`
        }
      </form>
      ${this.client === null ? nothing : this.#testPanel()}
    </div>`;
  }

  async #load(): Promise<void> {
    this.loadError = null;
    try {
      // The choice of registry does not wait for the module.
      const types = await loadRegistryTypes();
      this.draft ??= this.#begun(types);
      await ready();
    } catch (error) {
      const { detail, message } = asApiError(error);
      this.loadError = new ApiError({ code: "page.unloaded", title: text().form.loadFailed, detail: detail || message }, 0);
      return;
    }
    this.judging = true;
    this.#judge();
  }

  /** The form does without them. */
  async #loadFacts(): Promise<void> {
    const { client } = this;
    this.facts = (await client?.service?.().catch(() => undefined)) ?? null;
  }

  /** The initial form. */
  #begun(types: readonly Provider[]): FormDraft {
    const draft = new FormDraft(types);
    if (this.connection !== null) draft.fill(formOf(this.connection));
    if (this.template !== null) draft.fill(this.template);
    if (this.provider !== "") draft.selectProvider(this.provider);
    if (this.auth !== "") draft.selectAuth(this.auth);
    draft.begin();
    if (this.restored !== null) draft.fill(this.restored);
    return draft;
  }

  /** Checks the form and dispatches the change event. */
  #judge(): void {
    const { draft } = this;
    if (draft === null || !this.judging) return this.requestUpdate();
    this.#report = checkForm(draft.form());
    draft.proposeName(this.#report.endpoint);
    const form = draft.form();
    this.#report = checkForm(form);
    // Set no form state: the browser would store it with the secrets to restore the page.
    this.#internals.setFormValue(JSON.stringify(form), null);
    const error = this.#report.findings.find((finding) => finding.severity === "error");
    if (error === undefined) this.#internals.setValidity({});
    else this.#internals.setValidity({ customError: true }, findingText(error));
    const detail: ChangeDetail = { form, report: this.#report };
    this.dispatchEvent(new CustomEvent("bowline-change", { detail, bubbles: true, composed: true }));
    this.requestUpdate();
  }

  /** The tested or rejected form has changed. */
  #changed(): void {
    this.#run.outdate();
    this.unverified = false;
    this.saveError = null;
    this.replaced = "";
    this.#judge();
  }

  #type(path: FieldPath, value: string): void {
    const { draft } = this;
    if (draft === null) return;
    clearTimeout(this.#pause);
    if (this.#choose(draft, path, value)) return;
    draft.type(path, path === "expiresAt" ? endOfDay(value) : value);
    // The name does not affect the test, so the result stays.
    if (path === "name" || path === "description") {
      this.saveError = null;
      this.#judge();
    } else this.#changed();
    this.#pause = setTimeout(() => {
      if (draft.get(path) !== "") this.#touch(path);
    }, PAUSE_MS);
  }

  /** Whether the field decides which other fields are shown. */
  #choose(draft: FormDraft, path: FieldPath, id: string): boolean {
    if (path === "provider") draft.selectProvider(id);
    else if (path === "auth") draft.selectAuth(id);
    else if (path === "purpose") draft.setPurpose(id === "push" ? "push" : "pull");
    else return false;
    this.revealed = new Set();
    if (path === "provider") {
      this.unfolded = false;
      this.filled = "";
    }
    this.#changed();
    return true;
  }

  #touch(path: FieldPath): void {
    if (this.draft === null || this.draft.isTouched(path)) return;
    this.draft.touch(path);
    this.requestUpdate();
  }

  #reveal(path: FieldPath): void {
    const revealed = new Set(this.revealed);
    if (!revealed.delete(path)) revealed.add(path);
    this.revealed = revealed;
  }

  async #fix({ field, suggestion }: Finding): Promise<void> {
    if (this.draft === null || suggestion === undefined) return;
    if (!this.#choose(this.draft, field, suggestion)) {
      this.draft.type(field, suggestion);
      this.#changed();
    }
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(controlId(field))}`)?.focus();
  }

  // --- testing and saving

  async #test(): Promise<void> {
    const { client, draft } = this;
    if (client === null || draft === null || !(await this.#complete())) return;
    this.revealed = new Set();
    const focused = this.shadowRoot?.activeElement;
    const done = this.#run.start((options) => client.check(draft.form(), options));
    await this.updateComplete;
    if (focused instanceof HTMLElement) this.#button("cancel-button")?.focus();
    this.renderRoot.querySelector(".test")?.scrollIntoView({ block: "nearest" });
    const check = await done;
    this.#signedOut(this.#run.error);
    await this.updateComplete;
    // Focus the field to fix, unless the user has moved the focus.
    const idle = !this.shadowRoot?.activeElement?.matches("input, select, textarea");
    if (check !== null && !check.ok && check.problem) await this.#markField(check.problem, idle);
    else if (idle && focused instanceof HTMLElement) this.#button("test-button")?.focus();
  }

  async #trust(event: CustomEvent<TrustDetail>): Promise<void> {
    this.draft?.trust(event.detail.host);
    this.#changed();
    await this.#test();
  }

  #submit(event: Event): void {
    event.preventDefault();
    void this.#save(true);
  }

  async #save(verify: boolean): Promise<void> {
    const { client, draft } = this;
    if (client === null || draft === null || this.saving || !(await this.#complete())) return;
    this.#run.cancel();
    this.revealed = new Set();
    this.saving = true;
    this.saveError = null;
    this.taken = null;
    try {
      const kept = this.connection;
      const form = draft.form();
      const connection = await (kept === null ? client.create(form, { verify }) : client.rotate(kept, form, { verify }));
      this.unverified = false;
      if (kept !== null) this.#renew(draft.providers, connection, verify);
      const detail: SavedDetail = { connection };
      this.dispatchEvent(new CustomEvent("bowline-saved", { detail, bubbles: true, composed: true }));
    } catch (error) {
      if (!isAbort(error)) await this.#refused(asApiError(error));
    } finally {
      this.saving = false;
    }
  }

  /** After the credentials were replaced: clear the old values and their test. */
  #renew(types: readonly Provider[], connection: Connection, verified: boolean): void {
    const { replaced, replacedUnverified } = text().form;
    this.connection = connection;
    this.restored = null;
    this.#run.clear();
    this.draft = this.#begun(types);
    this.replaced = verified ? replaced : replacedUnverified;
    this.#judge();
  }

  async #refused(error: ApiError): Promise<void> {
    if (this.#signedOut(error)) return;
    if (error.check !== undefined) {
      this.unverified = true;
      this.#run.show(error.check);
      // Do not focus "save anyway": nobody should press it by habit.
      if (error.check.problem) await this.#markField(error.check.problem, true);
      return;
    }
    if (error.code === "endpoint.taken") this.taken = await this.#connected();
    this.saveError = error;
    if (error.findings.length > 0) {
      this.draft?.answer(error.findings);
      await this.#focusFirst(error.findings);
    } else if (error.field !== undefined) {
      await this.#markField({ code: error.code, title: error.message, field: error.field }, true);
    } else {
      await this.updateComplete;
      this.renderRoot.querySelector("form [data-testid=problem]")?.scrollIntoView({ block: "nearest" });
    }
  }

  /** The conflicting connection; `null` if it cannot be found. */
  async #connected(): Promise<Connection | null> {
    const { endpoint } = this.#report;
    const { host } = new URL(endpoint?.includes("://") ? endpoint : `https://${endpoint ?? "unknown"}`);
    const { items = [] } = (await this.client?.list({ search: host }).catch(() => undefined)) ?? {};
    return items.find((one) => one.endpoint === endpoint && one.purpose === this.draft?.purpose) ?? null;
  }

  #open({ id }: Connection): void {
    const detail: OpenDetail = { id, place: "policy" };
    this.dispatchEvent(new CustomEvent("bowline-open", { detail, bubbles: true, composed: true }));
  }

  /** Shows every error. Returns true if there is none. */
  async #complete(): Promise<boolean> {
    this.draft?.touchAll();
    this.requestUpdate();
    if (!this.judging) await this.#load();
    if (!this.judging) return false;
    if (this.#report.valid) return true;
    await this.#focusFirst(this.#report.findings.filter((finding) => finding.severity === "error"));
    return false;
  }

  /** Shows a server error at its field. */
  async #markField(problem: CheckProblem, focus: boolean): Promise<void> {
    const { code, field } = problem;
    if (!field || this.draft === null) return;
    const finding: Finding = { field, severity: "error", code, params: {}, message: problemText(problem).title, start: 0, end: 0 };
    // The response can arrive while the user is elsewhere, so it must not move the page.
    if (focus) hold(this.renderRoot.querySelector(`#${CSS.escape(controlId(field))}-findings`));
    this.draft.answer([finding]);
    this.requestUpdate();
    if (focus) await this.#focusFirst([finding]);
  }

  async #focusFirst(findings: readonly Finding[]): Promise<void> {
    await this.updateComplete;
    const fields = new Set(findings.map((finding) => controlId(finding.field)));
    const inputs = this.renderRoot.querySelectorAll<HTMLElement>("input, select, textarea");
    [...inputs].find((input) => fields.has(input.id))?.focus();
  }

  #signedOut(error: ApiError | null): boolean {
    if (!error?.signedOut) return false;
    this.dispatchEvent(new CustomEvent("bowline-signed-out", { bubbles: true, composed: true }));
    return true;
  }

  #recognized({ detail }: CustomEvent<RecognizedDetail>): void {
    if (this.draft === null) return;
    this.draft.fill(detail.form);
    this.filled = text().form.pasteFilled(this.draft.provider?.title ?? "");
    this.#changed();
    void this.#focusGap();
  }

  /** After autofill: focus the first incomplete field, or the test. */
  async #focusGap(): Promise<void> {
    await this.updateComplete;
    const errors = this.#report.findings.filter((finding) => finding.severity === "error");
    if (errors.length > 0) await this.#focusFirst(errors);
    else this.#button("test-button")?.focus();
  }

  // --- drawing

  /** New credentials for a connection: the fields that identify it are fixed. */
  #rotation(draft: FormDraft, { auth, main, more }: FormViews, connection: Connection): unknown {
    const fields = [...main, ...more].filter(({ path }) => (path.startsWith("values.") && path !== "values.url") || path === "expiresAt");
    const other = this.#report.endpoint;
    return [
      connection.uses.length === 0 ? nothing : inUse(connection.uses),
      auth === undefined ? nothing : renderField(auth, this.#actions),
      this.#setup(draft),
      this.#each(fields),
      this.#trusted(draft, []),
      other === null || other === connection.endpoint ? nothing : otherRegistry(other, () => this.#replace()),
      this.#buttons(),
    ];
  }

  #replace(): void {
    this.dispatchEvent(new CustomEvent("bowline-replace", { bubbles: true, composed: true }));
  }

  /** The type that the address looks like, if it is another one. It replaces the documentation link, so that nothing moves. */
  #detected(draft: FormDraft, { findings }: FieldView): TemplateResult | undefined {
    const like = draft.providers.find((one) => one.id === this.#report.detected);
    const said = findings.some(({ suggestion }) => suggestion === like?.id);
    if (like === undefined || like === draft.provider || said) return undefined;
    return otherType(like, () => {
      draft.acceptDetected(like.id);
      this.#changed();
    });
  }

  #fields(draft: FormDraft, { auth, main, more }: FormViews): TemplateResult {
    const trustFindings = draft.shown(this.#report.findings).get("trustedAuthHosts") ?? [];
    const unfold = (event: Event): void => {
      event.preventDefault();
      this.unfolded = !this.unfolded;
    };
    // Options with findings are never hidden, and only the user closes open options.
    this.unfolded ||= more.some(({ findings }) => findings.length > 0) || draft.trustedAuthHosts.length > 0;
    return html`
      ${auth === undefined ? nothing : renderField(auth, this.#actions)} ${this.#setup(draft)} ${this.#each(main)}
      <details data-testid="more-options" ?open=${this.unfolded}>
        <summary @click=${unfold}>${icon("chevron")}${text().form.more}</summary>
        <div class="more">${this.#each(more)} ${this.#trusted(draft, trustFindings)}</div>
      </details>
    `;
  }

  /** What to create at the vendor first. */
  #setup(draft: FormDraft): TemplateResult | typeof nothing {
    const { client } = this;
    const { setup } = draft.auth ?? {};
    if (setup === undefined || client?.service === undefined || client.settings === undefined) return nothing;
    if (setup.unless !== null && draft.get(`values.${setup.unless}`) !== "") return nothing;
    void import("./login-setup.js").catch(() => undefined);
    return html`<bowline-login-setup .client=${client} .setup=${setup}></bowline-login-setup>`;
  }

  /** A field keeps its control and the focus when other fields appear or disappear. */
  #each(views: readonly FieldView[]): unknown {
    return repeat(
      views,
      (view) => view.path,
      (view) => renderField(view, this.#actions),
    );
  }

  #trusted(draft: FormDraft, findings: readonly Finding[]): TemplateResult | typeof nothing {
    return trustedHosts(draft.trustedAuthHosts, findings, (host) => {
      draft.untrust(host);
      this.#changed();
    });
  }

  #buttons(): TemplateResult | typeof nothing {
    const { form } = text();
    if (this.client === null) return nothing;
    const fresh = this.connection === null;
    const saving = [fresh ? form.save : form.rotateSave, form.saving];
    const testing = [fresh ? form.test : form.rotateTest, form.cancel];
    return html`<div class="buttons">
      <button type="submit" class="primary" data-testid="save-button" aria-disabled=${this.saving ? "true" : "false"}>
        ${either(saving, this.saving ? 1 : 0)}
      </button>
      ${
        this.#run.running
          ? html`<button type="button" data-testid="cancel-button" @click=${() => this.#run.cancel()}>${either(testing, 1)}</button>`
          : html`<button type="button" data-testid="test-button" @click=${this.#test}>${either(testing, 0)}</button>`
      }
    </div>
    ${this.#saved()}`;
  }

  /** The result of saving, at the button. */
  #saved(): TemplateResult {
    const { saveError, taken } = this;
    const again = saveError?.passing ? () => this.#save(true) : undefined;
    const refused = saveError === null || saveError.findings.length > 0 ? nothing : failure(saveError, again);
    return html`${saveError !== null && taken !== null ? alreadyConnected(taken, () => this.#open(taken)) : refused}
      ${this.unverified ? notSaved(() => this.#save(false)) : nothing}`;
  }

  /** The test. It comes last, so that later results below it move nothing. */
  #testPanel(): TemplateResult {
    const { check } = text();
    const { endpoint } = this.#report;
    const commands = dockerCommands(endpoint, this.draft?.form() ?? {}, this.#run.check?.facts?.image);
    return html`<section class="panel test" aria-labelledby="test-heading" @bowline-trust=${this.#trust}>
      <div>
        <h2 id="test-heading">${check.heading}</h2>
        <p class=${endpoint === null ? "quiet" : "mono quiet"} data-testid="endpoint">${endpoint ?? check.nowhere}</p>
      </div>
      ${this.#egress()} ${this.#byHand(commands)} ${this.#run.render(true, commands)}
      ${this.replaced === "" ? nothing : html`<div class="notice good" role="status" data-testid="replaced">${icon("check")}<div>${this.replaced}</div></div>`}
    </section>`;
  }

  /** The manual test, offered before the first test. It is above the results, so that nothing moves. */
  #byHand(commands: readonly string[]): TemplateResult | typeof nothing {
    if (commands.length === 0) return nothing;
    const { byHand, byHandBefore } = text().check;
    import("./copy-lines.js").catch(() => undefined);
    const again = this.#run.check?.ok === false;
    return html`<details class="by-hand" data-testid="by-hand" ?data-again=${again}>
      <summary>${icon("chevron")}${byHand}</summary>
      <p class="small quiet">${byHandBefore}</p>
      <bowline-copy-lines .lines=${commands}></bowline-copy-lines>
    </details>`;
  }

  /** The egress addresses, for customers with a firewall. */
  #egress(): TemplateResult | typeof nothing {
    const { egress, egressDetail } = text().check;
    const { egressAddresses = [] } = this.facts ?? {};
    if (egressAddresses.length === 0) return nothing;
    return html`<p class="small quiet" data-testid="egress">${egress(egressAddresses)} ${egressDetail}</p>`;
  }

  #button(id: string): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-testid="${id}"]`);
  }

  static override styles = [theme, controls, notices, panels, fieldStyles, pickerStyles, formLayout];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-connection-form": BowlineConnectionForm;
  }
  interface HTMLElementEventMap {
    "bowline-change": CustomEvent<ChangeDetail>;
    "bowline-saved": CustomEvent<SavedDetail>;
    "bowline-replace": CustomEvent<undefined>;
    "bowline-signed-out": CustomEvent<undefined>;
  }
}
