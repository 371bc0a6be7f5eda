import { css, html, LitElement, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { controls, theme } from "../styles/theme.js";
import { element } from "./element.js";

/**
 * Asks before an action that cannot be undone. The focus is on the button that cancels.
 *
 * Properties: `open`, `heading`, `detail`, `keep` and `act` (the buttons' labels), `action` (the `data-testid` of the one
 * that acts). Slot: what else to know. Events: `bowline-confirmed`, `bowline-kept`.
 */
@element("bowline-confirm-dialog")
export class BowlineConfirmDialog extends LitElement {
  @property({ type: Boolean }) open = false;
  @property() heading = "";
  @property() detail = "";
  @property() keep = "";
  @property() act = "";
  @property() action = "";
  @query("dialog") private dialog!: HTMLDialogElement | null;

  protected override updated(): void {
    if (this.open && this.dialog?.open === false) this.dialog.showModal();
    if (!this.open && this.dialog?.open) this.dialog.close();
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="question" aria-describedby="consequence" @close=${() => this.#tell("bowline-kept")}>
      <h2 id="question">${this.heading}</h2>
      <p id="consequence">${this.detail}</p>
      <slot></slot>
      <div class="buttons">
        <button type="button" autofocus @click=${() => this.#tell("bowline-kept")}>${this.keep}</button>
        <button type="button" class="danger" data-testid=${this.action} @click=${() => this.#tell("bowline-confirmed")}>${this.act}</button>
      </div>
    </dialog>`;
  }

  #tell(type: "bowline-confirmed" | "bowline-kept"): void {
    if (this.open) this.dispatchEvent(new CustomEvent(type));
  }

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: contents;
      }
      dialog {
        width: min(27rem, calc(100vw - 2rem));
        padding: 1.5rem;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 6px);
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 1.5rem 4rem rgb(0 0 0 / 0.25);
        overflow-wrap: anywhere;
      }
      dialog::backdrop {
        background: rgb(10 12 16 / 0.45);
      }
      h2 {
        font-size: 1.0625rem;
        font-weight: 600;
      }
      p {
        margin-block-start: 0.5rem;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 0.625rem;
        margin-block-start: 1.5rem;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-confirm-dialog": BowlineConfirmDialog;
  }
}
