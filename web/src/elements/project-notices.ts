import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ProjectClient } from "../api/client.js";
import { isAbort, type ApiError } from "../api/problem.js";
import { NOTICE_KINDS, type NoticeEndpoint, type NoticeKind } from "../api/types.js";
import { fieldStyles, renderField, type FieldActions, type FieldView } from "../form/field.js";
import { fromNow, number } from "../formats.js";
import { text } from "../messages.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./confirm-dialog.js";
import "./copy-lines.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";

/** The subject of the dialog. */
type Question = "replace" | "end";

/**
 * The notices of a project: the URL of a Standard Webhook and the kinds of notices. Its secret
 * is shown once.
 *
 * Properties: `client`, `readonly`. Event: `bowline-signed-out`.
 */
@element("bowline-project-notices")
export class BowlineProjectNotices extends LitElement {
  @property({ attribute: false }) client: Pick<ProjectClient, "changeNotices" | "endNotices" | "notices"> | null = null;
  @property({ type: Boolean }) readonly = false;

  @state() private endpoint: NoticeEndpoint | null = null;
  @state() private url = "";
  @state() private kinds: ReadonlySet<NoticeKind> = new Set(NOTICE_KINDS);
  /** The secret; in memory only, until the user leaves. */
  @state() private secret: string | null = null;
  @state() private error: ApiError | null = null;
  @state() private busy = false;
  @state() private asking: Question | null = null;
  @state() private said = "";
  /** The user tried to save: show missing fields. */
  @state() private tried = false;

  #request = new AbortController();

  readonly #actions: FieldActions = {
    type: (path, value) => this.#type(path, value),
    leave: () => undefined,
    reveal: () => undefined,
    fix: () => undefined,
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
    this.secret = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client")) void this.#load();
  }

  protected override render(): TemplateResult {
    const { form, notices: words } = text();
    const { endpoint, error } = this;
    if (endpoint === null) return error === null ? html`<p class="quiet" role="status">${form.loading}</p>` : failure(error, () => this.#load());
    return html`<form class="panel" novalidate autocomplete="off" @submit=${this.#submit}>
      <p class="quiet">${words.detail}</p>
      ${this.readonly ? html`<p class="quiet" data-testid="notices-readonly">${words.readonly}</p>` : nothing}
      <fieldset class="all" ?disabled=${this.readonly}>
        ${this.#field(
          { path: "url", label: words.url, kind: "url", value: this.url, required: true, help: words.urlHelp, placeholder: words.urlPlaceholder },
          this.tried && !isAddress(this.url) ? words.urlMissing : "",
        )}
        <fieldset class="kinds" aria-describedby="kinds-error">
          <legend class="label">${words.kindsHeading}</legend>
          ${NOTICE_KINDS.map((kind) => this.#field({ path: kind, label: words.kinds[kind], kind: "checkbox", value: this.kinds.has(kind) ? "true" : "" }))}
          <p id="kinds-error" class="small error" role="alert">${this.tried && this.kinds.size === 0 ? words.kindsMissing : nothing}</p>
        </fieldset>
      </fieldset>
      ${this.#once()} ${this.#state(endpoint)}
      ${error === null ? nothing : failure(error)}
      <p class="visually-hidden" role="status">${this.said}</p>
      ${this.readonly ? nothing : this.#buttons(endpoint)}
    </form>
    ${this.#dialog()}`;
  }

  #field(view: Pick<FieldView, "kind" | "label" | "path" | "value"> & Partial<FieldView>, wrong = ""): TemplateResult {
    const findings = wrong === "" ? [] : [{ field: view.path, severity: "error" as const, code: "notices.url", params: {}, message: wrong, start: 0, end: 0 }];
    return renderField({ required: false, help: "", placeholder: "", autocomplete: "off", options: [], revealed: false, findings, ...view }, this.#actions);
  }

  #once(): TemplateResult | typeof nothing {
    const { notices: words } = text();
    if (this.secret === null) return nothing;
    return html`<div class="notice warn" data-testid="notices-secret">
      ${icon("warning")}
      <div class="part">
        <strong>${words.once}</strong>
        <p>${words.onceDetail}</p>
        <bowline-copy-lines .label=${words.secret} .lines=${[this.secret]}></bowline-copy-lines>
      </div>
    </div>`;
  }

  /** The delivery state, if notices are on. */
  #state({ url, problem, pending, setAside, lastDeliveredAt }: NoticeEndpoint): TemplateResult | typeof nothing {
    const { notices: words } = text();
    if (url === null) return nothing;
    const parts = [
      lastDeliveredAt === null ? words.neverDelivered : words.delivered(fromNow(lastDeliveredAt, Date.now())),
      pending === 0 ? "" : words.pending(number(pending)),
      setAside === 0 ? "" : words.setAside(number(setAside)),
    ];
    return html`<p class="small quiet" data-testid="notices-state">${parts.filter((part) => part !== "").join(" ")}</p>
      ${problem === null ? nothing : html`<div class="notice warn" data-testid="notices-problem">${icon("warning")}<div><strong>${words.failing}</strong><p>${problem}</p></div></div>`}`;
  }

  #buttons({ url }: NoticeEndpoint): TemplateResult {
    const { form, notices: words } = text();
    return html`<div class="buttons">
      <button type="submit" class="primary" data-testid="save-notices-button" aria-disabled=${this.busy ? "true" : "false"}>
        ${either([url === null ? words.turnOn : form.save, form.saving], this.busy ? 1 : 0)}
      </button>
      ${
        url === null
          ? nothing
          : html`
        <button type="button" data-testid="replace-notices-secret-button" @click=${() => (this.asking = "replace")}>${words.replace}</button>
        <button type="button" class="ghost" data-testid="end-notices-button" @click=${() => (this.asking = "end")}>${words.end}</button>`
      }
    </div>`;
  }

  #dialog(): TemplateResult {
    const { notices: words } = text();
    const end = this.asking === "end";
    return html`<bowline-confirm-dialog ?open=${this.asking !== null} .heading=${end ? words.endTitle : words.replaceTitle}
      .detail=${end ? words.endDetail : words.replaceDetail} .keep=${words.keep} .act=${end ? words.end : words.replace} action="confirm-notices-button"
      @bowline-kept=${() => (this.asking = null)} @bowline-confirmed=${end ? this.#end : () => this.#save(true)}></bowline-confirm-dialog>`;
  }

  #type(path: string, value: string): void {
    this.said = "";
    this.error = null;
    if (path === "url") {
      this.url = value;
      return;
    }
    const kinds = new Set<NoticeKind>(this.kinds);
    const kind = NOTICE_KINDS.find((one) => one === path);
    if (kind === undefined) return;
    if (value === "") kinds.delete(kind);
    else kinds.add(kind);
    this.kinds = kinds;
  }

  async #load(): Promise<void> {
    const { client } = this;
    if (client === null) return;
    this.error = null;
    this.#request.abort();
    const { signal } = (this.#request = new AbortController());
    try {
      this.#show(await client.notices(signal));
    } catch (error) {
      if (!isAbort(error)) this.error = refusedIn(this, error);
    }
  }

  #show(endpoint: NoticeEndpoint): void {
    this.endpoint = endpoint;
    this.url = endpoint.url ?? "";
    // Without a setting, preselect everything.
    this.kinds = new Set(endpoint.url === null ? NOTICE_KINDS : endpoint.kinds);
    this.tried = false;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (!this.readonly) void this.#save(false);
  }

  async #save(renewSecret: boolean): Promise<void> {
    const { client, url, kinds } = this;
    this.asking = null;
    this.tried = true;
    if (client === null || this.busy || !isAddress(url) || kinds.size === 0) return;
    this.busy = true;
    this.error = null;
    try {
      const { secret, ...endpoint } = await client.changeNotices({ url: url.trim(), kinds: NOTICE_KINDS.filter((kind) => kinds.has(kind)), renewSecret });
      this.#show(endpoint);
      this.secret = secret ?? (renewSecret ? null : this.secret);
      this.said = text().notices.saved;
    } catch (error) {
      this.error = refusedIn(this, error);
    } finally {
      this.busy = false;
    }
  }

  readonly #end = async (): Promise<void> => {
    const { client } = this;
    this.asking = null;
    if (client === null || this.busy) return;
    this.busy = true;
    try {
      await client.endNotices();
      this.secret = null;
      this.said = text().notices.ended;
      await this.#load();
    } catch (error) {
      this.error = refusedIn(this, error);
    } finally {
      this.busy = false;
    }
  };

  static override styles = [
    theme,
    controls,
    notices,
    panels,
    fieldStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .all,
      .kinds,
      .part {
        display: grid;
        gap: 0.75rem;
        min-width: 0;
      }
      .kinds .notes {
        display: none;
      }
      .kinds label {
        font-weight: 400;
      }
      legend {
        padding: 0;
        margin-block-end: 0.5rem;
      }
      .error {
        color: var(--bad);
      }
      .part {
        flex: 1;
      }
    `,
  ];
}

/** Whether the text is a possible URL. The service decides whether it is allowed. */
function isAddress(url: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(url.trim());
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-project-notices": BowlineProjectNotices;
  }
}
