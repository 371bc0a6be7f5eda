import { detect, ready, type ConnectionForm } from "bowline";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { text } from "../messages.js";
import { registryType } from "../registry-types.js";
import { controls, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { icon } from "./icons.js";

/** `bowline-recognized`: the form found in pasted text. It can contain secrets. */
export interface RecognizedDetail {
  readonly form: ConnectionForm;
}

/**
 * Accepts a registry URL, an image, a `docker login` command, a `.dockerconfigjson`, or a pull secret, and returns the
 * form in it. Pasted text never appears in the box, so that no secret is visible.
 * Event: `bowline-recognized` with {@link RecognizedDetail}. Text that is pasted before the module is loaded waits for it.
 */
@element("bowline-paste-box")
export class BowlinePasteBox extends LitElement {
  @state() private choices: readonly ConnectionForm[] = [];
  @state() private nothingFound = false;

  protected override render(): TemplateResult {
    const { form } = text();
    return html`
      <label for="paste">${icon("wand")}${form.paste}</label>
      <textarea
        id="paste"
        name="paste"
        rows="1"
        class="mono"
        data-testid="paste-input"
        spellcheck="false"
        autocomplete="off"
        autocapitalize="off"
        placeholder=${form.pastePlaceholder}
        aria-describedby="help"
        @paste=${this.#pasted}
        @keydown=${this.#entered}
        @change=${this.#entered}
      ></textarea>
      <p class="small quiet" id="help">${form.pasteHelp}</p>
      <div role="status">
        ${this.nothingFound ? html`<p class="small none">${form.pasteNothing}</p>` : nothing}
        ${this.choices.length === 0 ? nothing : html`<p class="small">${form.pasteSeveral}</p>`}
      </div>
      ${
        this.choices.length === 0
          ? nothing
          : html`<div class="choices">
        ${this.choices.map((choice) => html`<button type="button" @click=${() => this.#take(choice)}>${labelOf(choice)}</button>`)}
      </div>`
      }
    `;
  }

  #pasted(event: ClipboardEvent): void {
    event.preventDefault();
    void this.#recognize(event.clipboardData?.getData("text/plain") ?? "");
  }

  #entered(event: Event): void {
    if (event instanceof KeyboardEvent && event.key !== "Enter") return;
    event.preventDefault();
    if (event.currentTarget instanceof HTMLTextAreaElement) void this.#recognize(event.currentTarget.value);
  }

  async #recognize(pasted: string): Promise<void> {
    if (pasted.trim() === "") return;
    try {
      await ready();
    } catch {
      // The form around it says so.
      return;
    }
    const forms = detect(pasted);
    const [only] = forms;
    this.nothingFound = only === undefined;
    this.choices = forms.length > 1 ? forms : [];
    if (only !== undefined && forms.length === 1) this.#take(only);
  }

  #take(form: ConnectionForm): void {
    this.choices = [];
    const detail: RecognizedDetail = { form };
    this.dispatchEvent(new CustomEvent("bowline-recognized", { detail, bubbles: true, composed: true }));
  }

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        gap: 0.375rem;
        padding: 1rem;
        border-radius: calc(var(--radius) + 2px);
        background: var(--sunken);
      }
      label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      label svg {
        color: var(--link);
      }
      textarea {
        field-sizing: content;
        max-height: 8rem;
        resize: none;
      }
      .none {
        color: var(--warn);
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];
}

/** The label of a recognized form: `registry.example.com · scanner`. */
function labelOf(form: ConnectionForm): string {
  const { url, username } = form.values ?? {};
  return [url || registryType(form.provider ?? "")?.title || form.name, username].filter((part) => part).join(" · ");
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-paste-box": BowlinePasteBox;
  }
  interface HTMLElementEventMap {
    "bowline-recognized": CustomEvent<RecognizedDetail>;
  }
}
