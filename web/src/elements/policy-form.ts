import { checkPolicy, ready, type Capabilities, type Condition, type FieldOption, type Finding, type Policy, type PolicyReport } from "bowline";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { controlId, fieldStyles, renderField, type FieldActions, type FieldView } from "../form/field.js";
import { findingText, text } from "../messages.js";
import { changeOf, modeOf, namesIn, rescanOf } from "../policy/change.js";
import { loadRegistryTypes, registryType } from "../registry-types.js";
import { controls, notices, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { icon } from "./icons.js";
import "./pattern-list.js";
import type { BowlinePatternList, PatternsDetail } from "./pattern-list.js";

/** `bowline-policy`: the current policy and its report. */
export interface PolicyDetail {
  readonly policy: Policy;
  readonly report: PolicyReport;
}

type ListName = "include" | "never" | "always";
type SwitchName = "cleanup" | "events" | "quarantine" | "imageStreams";

/** The capabilities without a provider: everything, so that nothing is hidden. */
const EVERYTHING: Pick<Capabilities, "automatic" | SwitchName> = {
  automatic: true,
  cleanup: true,
  events: true,
  quarantine: true,
  imageStreams: true,
};

/**
 * The editor of a pull policy: when to pull, which images, and what to do with them.
 *
 * Properties: `policy`, `provider` (an id, which decides what to offer), `host` (the registry's host, which patterns need
 * not contain), `scanners` (names to choose from), `readonly` (no editing). Read-only: `report`. Event: `bowline-policy`
 * with {@link PolicyDetail}, on every change. In a `<form>`, its value is the policy as JSON, and it is invalid while there
 * is an error.
 */
@element("bowline-policy-form")
export class BowlinePolicyForm extends LitElement {
  static readonly formAssociated = true;

  @property({ attribute: false }) policy: Policy | null = null;
  @property() provider = "";
  @property() host = "";
  @property({ attribute: false }) scanners: readonly string[] = [];
  @property({ type: Boolean }) readonly = false;
  @state() private loaded = false;
  @state() private found: PolicyReport = { valid: true, findings: [] };
  /** The visited fields, or all: their errors can be shown. */
  @state() private touched: ReadonlySet<string> | "all" = new Set();
  /** The scanners' names as typed. */
  @state() private names = "";

  /** The policy from the page, without changes. */
  #given: Policy | null = null;
  #changed: Policy | null = null;
  readonly #internals = this.attachInternals();
  readonly #actions: FieldActions = {
    type: (path, typed) => this.#type(path, typed),
    leave: (path) => this.#touch(path),
    reveal: () => undefined,
    fix: ({ field, suggestion }) => suggestion !== undefined && this.#type(field, suggestion),
  };

  /** The module's report about the policy. */
  get report(): PolicyReport {
    return this.found;
  }

  /** Adds typed patterns, focuses the first error, and returns true if there is none. */
  async complete(): Promise<boolean> {
    for (const list of this.renderRoot.querySelectorAll<BowlinePatternList>("bowline-pattern-list")) list.commit();
    this.touched = "all";
    const error = this.found.findings.find(({ severity }) => severity === "error");
    if (error === undefined) return true;
    await this.updateComplete;
    const [name = ""] = error.field.replace(/^policy\./, "").split(".");
    (
      this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(controlId(error.field))}`) ?? this.renderRoot.querySelector<HTMLElement>(`[name="${name}"]`)
    )?.focus();
    return false;
  }

  constructor() {
    super();
    // The <form> was submitted with an error. Show it at the fields instead of the browser's message.
    this.addEventListener("invalid", (event) => {
      event.preventDefault();
      void this.complete();
    });
  }

  /** The element or its fieldset was disabled. */
  formDisabledCallback(disabled: boolean): void {
    this.inert = disabled;
  }

  /** The `<form>` was reset: back to the initial policy. */
  formResetCallback(): void {
    this.policy = this.#given;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    Promise.all([ready(), loadRegistryTypes()]).then(
      () => (this.loaded = true),
      () => undefined,
    );
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("policy") && this.policy !== this.#changed) this.#given = this.policy;
    if (!this.loaded) return;
    const judged = ["policy", "provider", "host", "loaded"].some((name) => changed.has(name));
    if (judged) this.#judge();
  }

  protected override render(): TemplateResult {
    const { form } = text();
    if (!this.loaded) return html`<p class="quiet" role="status">${form.loading}</p>`;
    const policy = this.policy ?? {};
    const can = registryType(this.provider)?.capabilities ?? EVERYTHING;
    const automatic = policy.mode === "automatic";
    return html`<fieldset class="all" ?disabled=${this.readonly}>
      ${this.#mode(automatic, can.automatic)}
      ${automatic ? this.#schedule(policy) : nothing}
      ${automatic || policy.events ? this.#images(policy) : nothing}
      ${this.#afterwards(policy, can, automatic)}
    </fieldset>`;
  }

  // --- changes

  #judge(): void {
    this.found = checkPolicy(this.policy, this.provider || null, this.host || null);
    this.#internals.setFormValue(JSON.stringify(this.policy));
    const error = this.found.findings.find(({ severity }) => severity === "error");
    if (error === undefined) this.#internals.setValidity({});
    else this.#internals.setValidity({ customError: true }, findingText(error));
  }

  #touch(path: string): void {
    if (this.touched !== "all" && !this.touched.has(path)) this.touched = new Set(this.touched).add(path);
  }

  #change(change: Partial<Policy>): void {
    const policy: Policy = { ...this.policy, ...change };
    this.policy = policy;
    this.#changed = policy;
    this.#judge();
    const detail: PolicyDetail = { policy, report: this.found };
    this.dispatchEvent(new CustomEvent("bowline-policy", { detail, bubbles: true, composed: true }));
  }

  #type(path: string, typed: string): void {
    if (path === "policy.scanner.names") this.names = typed;
    this.#change(changeOf(this.policy, path, typed));
  }

  // --- drawing

  #mode(automatic: boolean, offered: boolean): TemplateResult {
    const { policy } = text();
    const choice = (mode: "manual" | "automatic", label: string, help: string, disabled: boolean): TemplateResult => html`<label class="mode">
      <input type="radio" name="mode" value=${mode} data-testid="mode-${mode}" .checked=${automatic === (mode === "automatic")} ?disabled=${disabled}
        aria-describedby="mode-${mode}-help" @change=${() => this.#change(modeOf(this.policy, mode))} />
      <span>${label}<span class="help" id="mode-${mode}-help">${help}</span></span>
    </label>`;
    const denied = !offered && !automatic;
    return html`<fieldset class="modes">
      <legend class="visually-hidden">${policy.mode}</legend>
      ${choice("manual", policy.manual, policy.manualHelp, false)}
      ${choice("automatic", policy.automatic, denied ? policy.automaticDenied : policy.automaticHelp, denied)}
      ${this.#stray("policy.mode")}
    </fieldset>`;
  }

  #schedule(policy: Policy): TemplateResult {
    const words = text().policy;
    const rescans = Object.entries(words.rescans).map(([value, label]) => ({ value, label }));
    return html`<fieldset class="group">
      <legend>${words.schedule}</legend>
      <div class="pair">
        ${this.#field({ path: "policy.at", label: words.at, kind: "time", value: policy.at ?? "00:00", required: true })}
        ${this.#field({ path: "policy.timezone", label: words.timezone, kind: "select", value: policy.timezone || "UTC", options: timezones(policy.timezone), required: true })}
      </div>
      ${this.#field({ path: "policy.rescanExisting", label: words.rescanExisting, kind: "select", value: rescanOf(policy), options: rescans, help: words.rescanExistingHelp, required: true })}
    </fieldset>`;
  }

  #images(policy: Policy): TemplateResult {
    const words = text().policy;
    return html`<fieldset class="group">
      <legend>${words.images}</legend>
      <p class="help">${words.patternHelp}</p>
      ${this.#list("include", words.include, words.includeHelp)} ${this.#condition(policy.condition ?? { kind: "none" })}
      ${this.#list("never", words.never, words.neverHelp)} ${this.#list("always", words.always, words.alwaysHelp)}
    </fieldset>`;
  }

  #condition(condition: Condition): TemplateResult {
    const words = text().policy;
    const kinds = Object.entries(words.conditions).map(([value, label]) => ({ value, label }));
    const units = Object.entries(words.units).map(([value, label]) => ({ value, label }));
    return html`<div class="condition">
      ${this.#field({ path: "policy.condition", label: words.condition, kind: "select", value: condition.kind, options: kinds, required: true })}
      ${
        condition.kind === "latest"
          ? this.#field({ path: "policy.condition.count", label: words.count, kind: "number", value: String(condition.count ?? ""), required: true })
          : nothing
      }
      ${
        condition.kind === "created-within"
          ? [
              this.#field({
                path: "policy.condition.amount",
                label: words.amount,
                kind: "number",
                value: String(condition.amount ?? ""),
                placeholder: "60",
                required: true,
              }),
              this.#field({
                path: "policy.condition.unit",
                label: words.unit,
                kind: "select",
                value: condition.unit ?? "days",
                options: units,
                required: true,
              }),
            ]
          : nothing
      }
    </div>`;
  }

  #afterwards(policy: Policy, can: Pick<Capabilities, SwitchName>, automatic: boolean): TemplateResult {
    const words = text().policy;
    const specific = policy.scanner?.kind === "specific" ? policy.scanner : null;
    const kinds = Object.entries(words.scanners).map(([value, label]) => ({ value, label }));
    const timeout = policy.scanTimeoutSeconds;
    const offered = (name: SwitchName): boolean => can[name] || policy[name] === true;
    return html`<fieldset class="group">
      <legend>${words.afterwards}</legend>
      ${offered("events") ? this.#switch("events", words.events, words.eventsHelp, policy.events) : nothing}
      ${offered("imageStreams") ? this.#switch("imageStreams", words.imageStreams, words.imageStreamsHelp, policy.imageStreams) : nothing}
      ${offered("quarantine") ? this.#switch("quarantine", words.quarantine, words.quarantineHelp, policy.quarantine) : nothing}
      ${automatic && offered("cleanup") ? this.#switch("cleanup", words.cleanup, words.cleanupHelp, policy.cleanup) : nothing}
      <div class="pair">
        ${this.#field({ path: "policy.scanner", label: words.scanner, kind: "select", value: specific === null ? "any" : "specific", options: kinds, required: true })}
        ${this.#field({ path: "policy.scanTimeoutSeconds", label: words.timeout, kind: "number", value: timeout ? String(timeout / 60) : "", placeholder: words.timeoutDefault })}
      </div>
      ${
        specific === null
          ? nothing
          : html`<div>
        ${this.#field({ path: "policy.scanner.names", label: words.scannerNames, value: this.#names(specific.names), help: words.scannerNamesHelp, required: true })}
        ${this.#seen(specific.names)}
      </div>`
      }
    </fieldset>`;
  }

  /** The known scanners, to choose with a click. */
  #seen(names: readonly string[]): TemplateResult | typeof nothing {
    if (this.scanners.length === 0) return nothing;
    const toggle = (name: string): void => {
      const others = names.filter((other) => other !== name);
      this.#type("policy.scanner.names", [...others, ...(others.length === names.length ? [name] : [])].join(", "));
    };
    return html`<fieldset class="seen">
      <legend class="help">${text().policy.scannersSeen}</legend>
      ${this.scanners.map(
        (name) => html`<label class="tick">
        <input type="checkbox" data-testid="scanner" data-name=${name} .checked=${live(names.includes(name))} @change=${() => toggle(name)} />${name}
      </label>`,
      )}
    </fieldset>`;
  }

  #switch(name: SwitchName, label: string, help: string, on: boolean | null | undefined): TemplateResult {
    return this.#field({ path: `policy.${name}`, label, kind: "checkbox", value: on ? "true" : "", help });
  }

  #field(view: Pick<FieldView, "path" | "label"> & Partial<FieldView>): TemplateResult {
    const findings = this.#found(view.path);
    return renderField(
      { kind: "text", value: "", required: false, help: "", placeholder: "", autocomplete: "off", options: [], findings, revealed: false, ...view },
      this.#actions,
    );
  }

  #list(name: ListName, label: string, help: string): TemplateResult {
    const findings = this.found.findings.filter(({ field }) => field.startsWith(`policy.${name}.`));
    return html`<bowline-pattern-list name=${name} data-testid="patterns-${name}" .label=${label} .help=${help} .patterns=${this.policy?.[name] ?? []}
      ?readonly=${this.readonly} .findings=${findings} @bowline-patterns=${({ detail }: CustomEvent<PatternsDetail>) => this.#change({ [name]: [...detail.patterns] })}></bowline-pattern-list>`;
  }

  /** The typed text while it has the same meaning as the policy. */
  #names(names: readonly string[]): string {
    return namesIn(this.names).join() === names.join() ? this.names : names.join(", ");
  }

  /** Findings without a control. */
  #stray(path: string): unknown {
    return this.#found(path).map(
      (finding) => html`<p class="finding ${finding.severity}" data-code=${finding.code}>${icon("alert")}${findingText(finding)}</p>`,
    );
  }

  /** The findings to show at a field. Unvisited fields show no errors, except in the page's policy. */
  #found(path: string): Finding[] {
    const shown = this.touched === "all" || this.touched.has(path) || this.policy === this.#given;
    const here = this.found.findings.filter(({ field }) => field === path || (path === "policy.scanner.names" && field.startsWith(`${path}.`)));
    return here.filter(({ severity }) => shown || severity !== "error");
  }

  static override styles = [
    theme,
    controls,
    notices,
    fieldStyles,
    css`
      :host {
        container-type: inline-size;
      }
      .all {
        display: grid;
        gap: 1.75rem;
        min-width: 0;
      }
      .group {
        display: grid;
        gap: 1.125rem;
        min-width: 0;
      }
      legend {
        margin-block-end: 0.25rem;
        padding: 0;
        font-size: 1.0625rem;
        font-weight: 650;
      }
      .modes {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.75rem;
      }
      .mode {
        display: flex;
        gap: 0.625rem;
        padding: 0.875rem 1rem;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 2px);
        background: var(--surface);
        cursor: pointer;
      }
      .mode:has(:checked) {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
      }
      .mode:has(:disabled) {
        cursor: not-allowed;
        background: var(--sunken);
      }
      .mode:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }
      .mode input {
        appearance: auto;
        flex: none;
        width: 1.125rem;
        min-height: 1.125rem;
        height: 1.125rem;
        margin: 0.1875rem 0 0;
        outline: none;
        accent-color: var(--accent);
      }
      .mode .help {
        display: block;
        font-weight: 400;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr));
        gap: 1rem;
        align-items: start;
      }
      .seen {
        display: grid;
        gap: 0.25rem;
        margin-block-start: 0.5rem;
      }
      .seen legend {
        margin: 0;
        font-size: 0.8125rem;
        font-weight: 400;
      }
      .seen label {
        font-weight: 400;
      }
      .condition {
        display: grid;
        grid-template-columns: minmax(12rem, 2fr) minmax(5rem, 1fr) minmax(7rem, 1fr);
        gap: 1rem;
      }
      @container (max-width: 34rem) {
        .modes,
        .condition {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];
}

let zones: readonly string[] | undefined;

/** The browser's time zones and the stored one. */
function timezones(kept: string | null | undefined): readonly FieldOption[] {
  zones ??= [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
  const all = !kept || zones.includes(kept) ? zones : [kept, ...zones];
  return all.map((value) => ({ value, label: value.replaceAll("_", " ") }));
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-policy-form": BowlinePolicyForm;
  }
  interface HTMLElementEventMap {
    "bowline-policy": CustomEvent<PolicyDetail>;
  }
}
