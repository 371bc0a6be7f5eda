import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { text } from "../messages.js";
import { controls, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { icon } from "./icons.js";

/** How long a button shows that it copied, in milliseconds. */
const SAID_MS = 2000;

/** Lines of text, each with a button that copies it. Properties: `lines`, `label` (an optional description). */
@element("bowline-copy-lines")
export class BowlineCopyLines extends LitElement {
  @property({ attribute: false }) lines: readonly string[] = [];
  @property() label = "";
  @state() private copied = -1;

  #said: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#said);
  }

  protected override render(): TemplateResult {
    const { copy, copied } = text().copy;
    return html`
      <ul>
        ${this.lines.map(
          (line, place) => html`<li>
          <code data-testid="copy-line" tabindex=${line.includes("\n") ? "0" : nothing}>${line}</code>
          <button type="button" class="ghost" aria-label=${copy(this.label || line)} title=${copy(this.label || line)} data-testid="copy-line-button" @click=${() => this.#copy(place)}>
            ${icon(this.copied === place ? "check" : "copy")}
          </button>
        </li>`,
        )}
      </ul>
      <p class="visually-hidden" role="status">${this.copied < 0 ? "" : copied}</p>
    `;
  }

  async #copy(place: number): Promise<void> {
    const line = this.renderRoot.querySelectorAll("code")[place];
    try {
      await navigator.clipboard.writeText(this.lines[place] ?? "");
    } catch {
      // Without the permission, or outside a secure context, the line is selected for copying by hand.
      if (line !== undefined) getSelection()?.selectAllChildren(line);
      return;
    }
    this.copied = place;
    clearTimeout(this.#said);
    this.#said = setTimeout(() => (this.copied = -1), SAID_MS);
  }

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      ul {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.375rem;
      }
      li {
        display: flex;
        align-items: start;
        gap: 0.25rem;
        padding-inline-start: 0.75rem;
        border-radius: var(--radius);
        background: var(--sunken);
      }
      code {
        flex: 1;
        min-width: 0;
        padding-block: 0.4375rem;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      /* Of several lines each stays one. */
      code[tabindex] {
        white-space: pre;
        overflow-wrap: normal;
        overflow-x: auto;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-copy-lines": BowlineCopyLines;
  }
}
