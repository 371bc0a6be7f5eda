/** Renders a form field: label, help, control, and findings. */

import type { FieldKind, FieldOption, Finding } from "bowline";
import { css, html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { icon, type IconName } from "../elements/icons.js";
import { findingText, text } from "../messages.js";
import type { FieldPath } from "./draft.js";
import { hold, onceReleased, release } from "./settling.js";

/** The content of a field. */
export interface FieldView {
  readonly path: FieldPath;
  readonly label: string;
  readonly kind: FieldKind | "date" | "time" | "number";
  readonly value: string;
  readonly required: boolean;
  /** Whether another field can be filled in instead. One of the two is required. */
  readonly oneOfTwo?: boolean;
  readonly help: string;
  readonly placeholder: string;
  readonly autocomplete: string;
  readonly options: readonly FieldOption[];
  readonly findings: readonly Finding[];
  /** Whether a secret is visible. */
  readonly revealed: boolean;
  /** Whether the choice affects the whole form. Its findings appear at once, so it reserves no line for them. */
  readonly decides?: boolean;
  /** The control's `data-testid`; default `field-<name>`. */
  readonly testId?: string;
}

/** Handlers for the user's actions. */
export interface FieldActions {
  type(path: FieldPath, text: string): void;
  leave(path: FieldPath): void;
  reveal(path: FieldPath): void;
  fix(finding: Finding): void;
}

const SEVERITY_ICONS: Record<Finding["severity"], IconName> = { error: "alert", warning: "warning", hint: "bulb" };

/** The short name of a field: `url` for `values.url`. */
export function shortName(path: FieldPath): string {
  return path.replace(/^values\./, "");
}

/** The id of a field's control. */
export function controlId(path: FieldPath): string {
  return `field-${shortName(path)}`;
}

/** `drawn` replaces the default control. */
export function renderField(view: FieldView, actions: FieldActions, drawn: TemplateResult = control(view, actions)): TemplateResult {
  const id = controlId(view.path);
  const optional = !view.required && view.kind !== "checkbox";
  const label = html`<label for=${id}>${view.label}${optional ? html` <span class="optional">${view.oneOfTwo === true ? text().form.oneOfTwo : text().form.optional}</span>` : nothing}</label>`;
  // The field includes its buttons: leaving means leaving all of it.
  const left = (event: FocusEvent): void => {
    const to = event.relatedTarget;
    const field = event.currentTarget;
    if (!(field instanceof HTMLElement) || !document.hasFocus()) return;
    if (to instanceof Element && field.contains(to)) {
      // A user on a finding's button wants to read the finding.
      if (to.closest(".findings") !== null) onceReleased(() => release(field.querySelector(".findings")));
      return;
    }
    onceReleased(() => {
      release(field.querySelector(".findings"));
      actions.leave(view.path);
    });
  };
  const entered = ({ currentTarget, target }: Event): void => {
    if (!(currentTarget instanceof HTMLElement) || (target instanceof Element && target.closest(".findings") !== null)) return;
    if (!view.decides) hold(currentTarget.querySelector(".findings"));
  };
  return html`<div class="field ${view.kind}" @focusin=${entered} @focusout=${left}>
    ${view.kind === "checkbox" ? html`<div class="tick">${drawn}${label}</div>` : [label, drawn]}
    <div class=${view.decides ? "notes tight" : "notes"}>
      ${view.help === "" ? nothing : html`<p class="help" id="${id}-help">${view.help}</p>`}
      <div id="${id}-findings" class="findings" aria-live="polite">
        <div class="sheet">${view.findings.map((finding) => fieldFinding(finding, view, actions))}</div>
      </div>
    </div>
  </div>`;
}

/** A finding with its fix. Secrets are neither quoted nor shown in a suggestion. */
function fieldFinding(finding: Finding, view: FieldView, actions: FieldActions): TemplateResult {
  const { form } = text();
  const secret = view.kind === "secret" || view.kind === "json";
  const quoted = secret ? nothing : excerptOf(finding, view.value);
  const nameOf = (suggestion: string): string => view.options.find(({ value }) => value === suggestion)?.label ?? suggestion;
  return renderFinding(finding, quoted, secret ? () => form.fixSecret : (suggestion) => form.fix(nameOf(suggestion)), (found) => actions.fix(found));
}

/** A finding: its message, `quoted` below, and the button that applies the suggestion. */
export function renderFinding(
  finding: Finding,
  quoted: TemplateResult | typeof nothing,
  fixLabel: (suggestion: string) => string,
  fix: (finding: Finding) => void,
): TemplateResult {
  const { severity, suggestion } = finding;
  const name = shortName(finding.field);
  return html`<div class="finding ${severity}" data-testid="finding-${name}" data-field=${finding.field} data-code=${finding.code} data-severity=${severity}>
    ${icon(SEVERITY_ICONS[severity])}
    <div>
      <span class="told"><span class="visually-hidden">${text().form.severities[severity]}: </span>${findingText(finding)}</span>
      ${quoted}
      ${
        suggestion === undefined
          ? nothing
          : html`<button type="button" class="link" data-testid="fix-${name}" @click=${() => fix(finding)}>${fixLabel(suggestion)}</button>`
      }
    </div>
  </div>`;
}

/** The underlined position of a finding, if it is only a part of the text. */
export function excerptOf({ start, end }: Finding, value: string): TemplateResult | typeof nothing {
  if (start >= end || end > value.length || (start === 0 && end === value.length)) return nothing;
  const from = Math.max(0, start - 24);
  const to = Math.min(value.length, end + 24);
  return html`<code class="excerpt">${from > 0 ? "…" : ""}${value.slice(from, start)}<mark>${value.slice(start, end)}</mark
    >${value.slice(end, to)}${to < value.length ? "…" : ""}</code>`;
}

function control(view: FieldView, actions: FieldActions): TemplateResult {
  const id = controlId(view.path);
  const name = shortName(view.path);
  const testId = view.testId ?? `field-${name}`;
  const invalid = view.findings.some((finding) => finding.severity === "error") ? "true" : "false";
  const described = `${id}-findings${view.help === "" ? "" : ` ${id}-help`}`;
  const typed = (event: Event): void => {
    if (event.currentTarget instanceof HTMLInputElement || event.currentTarget instanceof HTMLTextAreaElement) {
      actions.type(view.path, event.currentTarget.value);
    }
  };
  switch (view.kind) {
    case "select":
      return html`<select id=${id} name=${name} data-testid=${testId} aria-invalid=${invalid} aria-describedby=${described}
        aria-required=${view.required ? "true" : "false"}
        @change=${(event: Event) => event.currentTarget instanceof HTMLSelectElement && actions.type(view.path, event.currentTarget.value)}>
        ${view.value === "" || (!view.required && view.placeholder !== "") ? html`<option value="" .selected=${live(view.value === "")}>${view.placeholder}</option>` : nothing}
        ${view.options.map((option) => html`<option value=${option.value} .selected=${live(option.value === view.value)}>${option.label}</option>`)}
      </select>`;
    case "checkbox":
      return html`<input type="checkbox" id=${id} name=${name} data-testid=${testId} aria-describedby=${described}
        .checked=${live(view.value === "true")}
        @change=${(event: Event) => event.currentTarget instanceof HTMLInputElement && actions.type(view.path, event.currentTarget.checked ? "true" : "")} />`;
    case "json":
      return html`<div class="secret-box" @dragover=${(event: DragEvent) => event.preventDefault()} @drop=${(event: DragEvent) => dropped(event, view, actions)}>
        <textarea id=${id} name=${name} data-testid=${testId} rows="5" class=${view.revealed ? "mono" : "mono masked"} spellcheck="false"
          autocapitalize="off" autocomplete=${view.autocomplete || "off"} placeholder=${view.placeholder} aria-invalid=${invalid}
          aria-describedby=${described} aria-required=${view.required ? "true" : "false"} .value=${live(view.value)} @input=${typed}></textarea>
        ${revealButton(view, actions)}
        <label class="file">
          ${icon("file")}<span>${text().form.chooseFile}</span>
          <input type="file" class="visually-hidden" accept=".json,application/json" data-testid="file-${name}" @change=${(event: Event) => chosen(event, view, actions)} />
        </label>
      </div>`;
    case "secret":
      return html`<div class="secret-box">
        <input id=${id} name=${name} data-testid=${testId} type=${view.revealed ? "text" : "password"} class="mono" spellcheck="false"
          autocapitalize="off" autocorrect="off" autocomplete=${view.autocomplete || "new-password"} placeholder=${view.placeholder}
          aria-invalid=${invalid} aria-describedby=${described} aria-required=${view.required ? "true" : "false"} .value=${live(view.value)} @input=${typed} />
        ${revealButton(view, actions)}
      </div>`;
    case "date":
    case "time":
    case "number":
    case "text":
    case "url":
      // A URL field is of type text: `registry.example.com` is fine here, and the browser has its own idea of URLs.
      return html`<input id=${id} name=${name} data-testid=${testId} type=${view.kind === "url" ? "text" : view.kind}
        inputmode=${view.kind === "url" ? "url" : nothing} spellcheck="false" autocapitalize="off" autocorrect="off"
        autocomplete=${view.autocomplete || "off"} placeholder=${view.placeholder} aria-invalid=${invalid} aria-describedby=${described}
        aria-required=${view.required ? "true" : "false"} .value=${live(view.value)} @input=${typed} />`;
  }
}

/** The maximum size of a key file in bytes. A larger file would only block the page. */
const LARGEST_FILE = 64 * 1024;

function dropped(event: DragEvent, view: FieldView, actions: FieldActions): void {
  event.preventDefault();
  void read(event.dataTransfer?.files[0], view, actions);
}

function chosen({ currentTarget }: Event, view: FieldView, actions: FieldActions): void {
  if (!(currentTarget instanceof HTMLInputElement)) return;
  void read(currentTarget.files?.[0], view, actions);
  // Allow the same file to be chosen again after a change.
  currentTarget.value = "";
}

/** Uses a file's text as input. It does not leave the page. */
async function read(file: File | undefined, view: FieldView, actions: FieldActions): Promise<void> {
  if (file === undefined) return;
  actions.type(view.path, await file.slice(0, LARGEST_FILE).text());
  actions.leave(view.path);
}

function revealButton(view: FieldView, actions: FieldActions): TemplateResult {
  const { show, hide } = text().form;
  const label = (view.revealed ? hide : show)(view.label);
  return html`<button type="button" class="ghost reveal" data-testid="reveal-${shortName(view.path)}" aria-label=${label} title=${label}
    aria-pressed=${view.revealed ? "true" : "false"} @click=${() => actions.reveal(view.path)}>
    ${icon(view.revealed ? "eyeOff" : "eye")}
  </button>`;
}

export const fieldStyles = css`
  .field {
    display: grid;
    gap: 0.375rem;
    min-width: 0;
  }
  .optional {
    margin-inline-start: 0.25rem;
    color: var(--quiet);
    font-size: 0.8125rem;
    font-weight: 400;
    white-space: nowrap;
  }
  .help {
    color: var(--quiet);
    font-size: 0.8125rem;
    text-wrap: pretty;
  }
  .tick {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.625rem;
  }
  /* A line is kept for what is found while somebody types. */
  .notes {
    position: relative;
    display: grid;
    gap: 0.375rem;
    align-content: start;
    min-block-size: 1.5rem;
  }
  .notes.tight {
    min-block-size: 0;
  }
  .findings[data-held] {
    overflow: hidden;
  }
  /* Over the help, and over nothing else: in a line, until the field is left. */
  .findings[data-over] .sheet {
    position: absolute;
    inset: 0;
    overflow: hidden;
    background: var(--surface);
  }
  .findings[data-over] .sheet:empty {
    display: none;
  }
  .findings[data-over] .finding {
    block-size: 1.5rem;
  }
  .findings[data-over] .finding > div {
    display: flex;
    gap: 0.5rem;
    overflow: hidden;
    white-space: nowrap;
  }
  .findings[data-over] .told {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .findings[data-over] .finding button {
    flex: none;
    max-width: 60%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .findings[data-over] .excerpt {
    display: none;
  }
  .finding {
    display: grid;
    grid-template-columns: 1rem 1fr;
    gap: 0.4375rem;
    padding-block: 0.125rem;
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .finding > div {
    min-width: 0;
  }
  .finding > svg {
    width: 0.9375rem;
    height: 0.9375rem;
    margin-block-start: 0.15625rem;
  }
  .finding.error {
    color: var(--bad);
  }
  .finding.warning {
    color: var(--warn);
  }
  .finding.hint {
    color: var(--quiet);
  }
  .finding button.link {
    min-height: 1.5rem;
    font-weight: 600;
  }
  .excerpt {
    display: block;
    width: fit-content;
    max-width: 100%;
    color: var(--text);
  }
  .excerpt mark {
    background: none;
    color: inherit;
    text-decoration: underline wavy var(--bad) 1px;
    text-underline-offset: 0.25em;
  }
  .finding.warning .excerpt mark {
    text-decoration-color: var(--warn);
  }
  .secret-box {
    position: relative;
  }
  .secret-box > :is(input, textarea) {
    padding-inline-end: 2.75rem;
  }
  .masked {
    -webkit-text-security: disc;
  }
  .masked::placeholder {
    -webkit-text-security: none;
  }
  .file {
    display: inline-flex;
    align-items: center;
    gap: 0.375rem;
    min-height: 1.75rem;
    border-radius: var(--radius);
    color: var(--link);
    font-size: 0.875rem;
    font-weight: 500;
    cursor: pointer;
  }
  .file:focus-within {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  .reveal {
    position: absolute;
    inset-block-start: 0.25rem;
    inset-inline-end: 0.25rem;
    width: 2rem;
    padding: 0;
  }
`;
