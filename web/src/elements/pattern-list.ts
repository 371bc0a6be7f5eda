import { InvalidPatternError, parsePattern, type Finding } from "bowline";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { excerptOf, renderFinding, fieldStyles } from "../form/field.js";
import { hold, onceReleased, release } from "../form/settling.js";
import { text } from "../messages.js";
import { controls, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { icon } from "./icons.js";

/** The pause in typing after which a pattern can show a finding, in milliseconds. */
const PAUSE_MS = 700;

/** `bowline-patterns`: the current list. */
export interface PatternsDetail {
  readonly patterns: readonly string[];
}

/**
 * A list of patterns as chips: Enter or *Add* adds a pattern, × removes it, and a click on its text moves it back for
 * editing. Findings appear below.
 *
 * Properties: `name`, `label`, `help`, `patterns`, `findings` (whose field ends in the pattern's place),
 * `readonly`. Event: `bowline-patterns` with {@link PatternsDetail}.
 */
@element("bowline-pattern-list")
export class BowlinePatternList extends LitElement {
  @property() name = "";
  @property() label = "";
  @property() help = "";
  @property({ attribute: false }) patterns: readonly string[] = [];
  @property({ attribute: false }) findings: readonly Finding[] = [];
  @property({ type: Boolean }) readonly = false;
  @state() private said = "";
  /** The findings of the typed pattern. */
  @state() private typed: readonly Finding[] = [];

  #pause: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
  }

  /** Adds the typed text, so that it is not lost. */
  commit(): void {
    const input = this.#input;
    const typed = input?.value.trim() ?? "";
    if (input === null || typed === "") return;
    input.value = "";
    this.#judge();
    if (this.patterns.includes(typed)) return;
    this.#change([...this.patterns, typed], text().policy.added(typed));
  }

  protected override render(): TemplateResult {
    const { policy } = text();
    return html`
      ${this.readonly ? html`<p class="label">${this.label}</p>` : html`<label for="pattern">${this.label}</label>`}
      ${this.help === "" ? nothing : html`<p class="help" id="help">${this.help}</p>`}
      ${
        this.patterns.length === 0
          ? nothing
          : html`<ul class="chips" aria-label=${this.label}>
        ${this.patterns.map((pattern, place) => this.#chip(pattern, place))}
      </ul>`
      }
      ${
        this.readonly
          ? this.#none()
          : html`<div class="add">
        <input id="pattern" class="mono" name=${this.name} data-testid="pattern-input-${this.name}" spellcheck="false" autocapitalize="off" autocorrect="off" autocomplete="off"
          placeholder=${policy.patternPlaceholder} aria-describedby="help typed findings" aria-invalid=${this.typed.some(({ severity }) => severity === "error") ? "true" : "false"}
          @keydown=${this.#key} @input=${this.#typing} @focus=${() => hold(this.#found)} @blur=${() => onceReleased(() => release(this.#found))} />
        <button type="button" data-testid="add-pattern-button-${this.name}" @click=${this.#add}>${policy.add}</button>
      </div>
      <div class="notes">
        <div id="typed" class="findings" aria-live="polite"><div class="sheet">${this.typed.map((finding) => this.#typedFinding(finding))}</div></div>
      </div>`
      }
      <div id="findings" aria-live="polite">${this.findings.map((finding) => this.#finding(finding))}</div>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  #none(): TemplateResult | typeof nothing {
    return this.patterns.length === 0 ? html`<p class="quiet">${text().policy.noPattern}</p>` : nothing;
  }

  #chip(pattern: string, place: number): TemplateResult {
    if (this.readonly) return html`<li class="mono fixed" data-testid="pattern" data-pattern=${pattern}>${pattern}</li>`;
    const worst = this.#of(place).find(({ severity }) => severity === "error") ?? this.#of(place)[0];
    const { policy } = text();
    return html`<li class=${worst?.severity ?? ""}>
      <button type="button" class="text mono" title=${policy.edit(pattern)} aria-label=${policy.edit(pattern)} data-testid="pattern" data-pattern=${pattern}
        @click=${() => this.#edit(place)}>${pattern}</button>
      <button type="button" class="ghost" aria-label=${policy.removePattern(pattern)} data-testid="remove-pattern-button"
        @click=${() => this.#remove(place)}>${icon("cross")}</button>
    </li>`;
  }

  #finding(finding: Finding): TemplateResult {
    const pattern = this.patterns[placeOf(finding)] ?? "";
    const fix = ({ suggestion }: Finding): void => {
      if (suggestion === undefined) return;
      this.#change(
        this.patterns.map((other, place) => (place === placeOf(finding) ? suggestion : other)),
        text().policy.added(suggestion),
      );
    };
    return html`<div class="about"><code>${pattern}</code>${renderFinding(finding, excerptOf(finding, pattern), text().form.fix, fix)}</div>`;
  }

  #typedFinding(finding: Finding): TemplateResult {
    const fix = ({ suggestion }: Finding): void => {
      const input = this.#input;
      if (input === null || suggestion === undefined) return;
      input.value = suggestion;
      this.#judge();
      input.focus();
    };
    return renderFinding(finding, nothing, text().form.fix, fix);
  }

  /** Checks the typed pattern after a pause. */
  #typing(): void {
    clearTimeout(this.#pause);
    if (this.typed.length > 0) this.#judge();
    else this.#pause = setTimeout(() => this.#judge(), PAUSE_MS);
  }

  #judge(): void {
    clearTimeout(this.#pause);
    this.typed = findingsIn(this.#input?.value.trim() ?? "", this.name);
  }

  #of(place: number): readonly Finding[] {
    return this.findings.filter((finding) => placeOf(finding) === place);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const empty = this.#input?.value === "";
    if (event.key === "Enter") {
      event.preventDefault();
      this.commit();
    } else if (event.key === "Backspace" && empty && this.patterns.length > 0) {
      event.preventDefault();
      this.#edit(this.patterns.length - 1);
    }
  }

  #add(): void {
    this.commit();
    this.#input?.focus();
  }

  #edit(place: number): void {
    const pattern = this.patterns[place] ?? "";
    this.commit();
    this.#change(
      this.patterns.filter((other) => other !== pattern),
      "",
    );
    const input = this.#input;
    if (input === null) return;
    input.value = pattern;
    this.#judge();
    input.focus();
  }

  #remove(place: number): void {
    const pattern = this.patterns[place] ?? "";
    this.#change(
      this.patterns.filter((_, other) => other !== place),
      text().policy.removed(pattern),
    );
    this.#input?.focus();
  }

  #change(patterns: readonly string[], said: string): void {
    this.patterns = patterns;
    this.said = said;
    const detail: PatternsDetail = { patterns };
    this.dispatchEvent(new CustomEvent("bowline-patterns", { detail, bubbles: true, composed: true }));
  }

  /** The place for findings of the typed pattern. */
  get #found(): Element | null {
    return this.renderRoot.querySelector("#typed");
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector("#pattern");
  }

  static override styles = [
    theme,
    controls,
    fieldStyles,
    css`
      :host {
        display: grid;
        gap: 0.375rem;
        min-width: 0;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
      li {
        display: flex;
        align-items: center;
        max-width: 100%;
        border: 1px solid var(--line);
        border-radius: 99px;
        background: var(--sunken);
      }
      li.error {
        border-color: var(--bad);
      }
      li.warning {
        border-color: var(--warn);
      }
      li button {
        min-height: 1.875rem;
        border: 0;
        background: none;
      }
      li .text {
        min-width: 0;
        padding-block: 0;
        padding-inline: 0.75rem 0;
        font-weight: 400;
        overflow-wrap: anywhere;
        text-align: start;
      }
      li .ghost {
        padding: 0 0.5rem;
        border-radius: 99px;
      }
      li svg {
        width: 0.875rem;
        height: 0.875rem;
      }
      li.fixed {
        padding: 0.1875rem 0.75rem;
        overflow-wrap: anywhere;
      }
      .add {
        display: flex;
        gap: 0.5rem;
      }
      .about {
        margin-block-start: 0.25rem;
      }
    `,
  ];
}

/** The pattern that a finding is about: `policy.include.3` is the fourth. */
function placeOf({ field }: Finding): number {
  return Number(field.slice(field.lastIndexOf(".") + 1));
}

/** The module's findings about a pattern that is not in the list yet. */
function findingsIn(typed: string, field: string): readonly Finding[] {
  if (typed === "") return [];
  try {
    return parsePattern(typed).findings.map((finding) => ({ ...finding, field }));
  } catch (error) {
    if (!(error instanceof InvalidPatternError)) return [];
    const { code, message, suggestion, start, end } = error;
    return [{ field, severity: "error", code, params: {}, message, start, end, ...(suggestion === undefined ? {} : { suggestion }) }];
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-pattern-list": BowlinePatternList;
  }
  interface HTMLElementEventMap {
    "bowline-patterns": CustomEvent<PatternsDetail>;
  }
}
