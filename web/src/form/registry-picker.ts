/**
 * The choice of a registry type: a combobox with a list (WAI-ARIA Authoring Practices, “Combobox”). The keys go to the text
 * field; the list shows what fits it, the popular types first, then the others in groups.
 */

import type { FieldOption } from "bowline";
import { css, html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { icon } from "../elements/icons.js";
import { monogram, monogramStyles } from "../elements/monogram.js";
import { text } from "../messages.js";
import { controlId, type FieldView } from "./field.js";

/** The number of popular types that come first, regardless of their group. */
const POPULAR = 6;

/** A registry type with its search terms. */
export interface RegistryChoice extends FieldOption {
  readonly group: string;
  /** Example addresses. */
  readonly found: string;
}

/** Types under a heading of their own. */
interface Group {
  readonly label: string;
  readonly choices: readonly RegistryChoice[];
}

export class RegistryPicker implements ReactiveController {
  readonly #host: LitElement;
  readonly #choose: (id: string) => void;
  #open = false;
  /** The search text; `null` shows the current choice. */
  #term: string | null = null;
  /** The index of the active option. */
  #active = -1;
  #choices: readonly RegistryChoice[] = [];
  #chosen = "";

  /** `choose` gets the id of the chosen type. */
  constructor(host: LitElement, choose: (id: string) => void) {
    this.#host = host;
    this.#choose = choose;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#close();
  }

  /** The control of the field `view`. `choices` are sorted by popularity. */
  control(view: FieldView, choices: readonly RegistryChoice[]): TemplateResult {
    this.#choices = choices;
    this.#chosen = view.value;
    const { form } = text();
    const id = controlId(view.path);
    const shown = this.#shown();
    const title = choices.find(({ value }) => value === view.value)?.label;
    const invalid = view.findings.some(({ severity }) => severity === "error") ? "true" : "false";
    return html`<div class="picker" @focusout=${this.#left}>
      <span class="mark">${title === undefined || this.#term !== null ? icon("search") : monogram(title)}</span>
      <input id=${id} name="provider" data-testid=${view.testId ?? id} data-value=${view.value} type="text" role="combobox" autocomplete="off"
        spellcheck="false" autocapitalize="off" placeholder=${view.placeholder} aria-autocomplete="list" aria-haspopup="listbox"
        aria-expanded=${this.#open ? "true" : "false"} aria-controls="${id}-list" aria-required="true" aria-invalid=${invalid}
        aria-describedby="${id}-findings" aria-activedescendant=${this.#open && shown[this.#active] !== undefined ? `${id}-${this.#active}` : nothing}
        .value=${live(this.#term ?? title ?? "")} @input=${this.#typed} @keydown=${this.#pressed} @click=${this.#clicked} />
      <span class="arrow">${icon("chevron")}</span>
      <div id="${id}-list" class="list" role="listbox" aria-label=${view.label} ?hidden=${!this.#open} @pointerdown=${(event: Event) => event.preventDefault()}>
        ${this.#open ? this.#list(id) : nothing}
      </div>
      <p class="visually-hidden" role="status">${this.#open && this.#term !== null ? form.pickerCount(this.#matching().length) : ""}</p>
    </div>`;
  }

  #list(id: string): TemplateResult {
    const { form } = text();
    let place = -1;
    const option = ({ value, label }: RegistryChoice): TemplateResult => {
      place += 1;
      const at = place;
      return html`<div role="option" id="${id}-${at}" data-testid="provider-option" data-value=${value} class=${at === this.#active ? "active" : ""}
        aria-selected=${value === this.#chosen ? "true" : "false"} @click=${() => this.#take(value)}
        @pointermove=${() => this.#move(at)}>${monogram(label)}<span>${label}</span>${value === this.#chosen ? icon("check") : nothing}</div>`;
    };
    return html`
      ${this.#matching().length > 0 ? nothing : html`<p class="none">${form.pickerNone}</p>`}
      ${this.#groups().map(
        ({ label, choices }) => html`<div role="group" aria-label=${label}>
        <div class="heading" aria-hidden="true">${label}</div>
        ${choices.map(option)}
      </div>`,
      )}`;
  }

  /** The types that match the search. */
  #matching(): readonly RegistryChoice[] {
    const words = (this.#term ?? "")
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    return this.#choices.filter((choice) => words.every((word) => found(choice).includes(word)));
  }

  /** The matching types in groups. Without a match, offers the generic type. */
  #groups(): readonly Group[] {
    const matching = this.#matching();
    const { groups, pickerPopular } = text().form;
    if (matching.length === 0) return grouped(this.#choices.filter(({ group }) => group === groups.generic));
    if ((this.#term ?? "") !== "") return grouped(matching);
    return [{ label: pickerPopular, choices: matching.slice(0, POPULAR) }, ...grouped(matching.slice(POPULAR))];
  }

  /** The options in order. */
  #shown(): readonly RegistryChoice[] {
    return this.#groups().flatMap(({ choices }) => choices);
  }

  #show(): void {
    this.#open = true;
    this.#active = this.#shown().findIndex(({ value }) => value === this.#chosen);
    this.#update();
  }

  #close(): void {
    this.#open = false;
    this.#term = null;
    this.#active = -1;
    this.#host.requestUpdate();
  }

  #take(id: string): void {
    this.#close();
    this.#choose(id);
  }

  #move(to: number): void {
    if (to === this.#active) return;
    this.#active = to;
    this.#update();
  }

  /** Scrolls the active option into view. */
  #update(): void {
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => this.#host.renderRoot.querySelector(".picker .active")?.scrollIntoView({ block: "nearest" }));
  }

  readonly #clicked = ({ currentTarget }: Event): void => {
    if (this.#open) return this.#close();
    if (currentTarget instanceof HTMLInputElement) currentTarget.select();
    this.#show();
  };

  readonly #typed = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLInputElement)) return;
    this.#term = currentTarget.value;
    this.#open = true;
    this.#active = this.#term === "" ? -1 : 0;
    this.#update();
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    const shown = this.#shown();
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      if (!this.#open) return this.#show();
      const from = this.#active < 0 && by < 0 ? 0 : this.#active;
      return this.#move((from + by + shown.length) % shown.length);
    }
    if (event.key === "Enter") {
      // Choosing an option must not submit the form.
      event.preventDefault();
      const active = shown[this.#active];
      if (!this.#open) this.#show();
      else if (active !== undefined) this.#take(active.value);
    }
    if (event.key === "Escape" && this.#open) {
      event.stopPropagation();
      this.#close();
    }
  };

  readonly #left = (event: FocusEvent): void => {
    const { currentTarget, relatedTarget } = event;
    if (currentTarget instanceof Element && relatedTarget instanceof Node && currentTarget.contains(relatedTarget)) return;
    if (this.#open) this.#close();
  };
}

/** The search terms of a type: its name, id, initials, group, and addresses. */
function found({ value, label, group, found: addresses }: RegistryChoice): string {
  const letters = label
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => word.slice(0, 1))
    .join("");
  return [label, value, letters, group, addresses].join("\n").toLowerCase();
}

function grouped(choices: readonly RegistryChoice[]): Group[] {
  return [...new Set(choices.map(({ group }) => group))].map((label) => ({ label, choices: choices.filter(({ group }) => group === label) }));
}

export const pickerStyles = [
  monogramStyles,
  css`
    .picker {
      position: relative;
    }
    .picker input {
      padding-inline: 2.75rem 2.25rem;
      text-overflow: ellipsis;
    }
    .picker .mark,
    .picker .arrow {
      position: absolute;
      inset-block-start: 0;
      display: grid;
      place-items: center;
      block-size: 2.5rem;
      color: var(--quiet);
      pointer-events: none;
    }
    .picker .mark {
      inset-inline-start: 0.625rem;
      inline-size: 1.5rem;
    }
    .picker .arrow {
      inset-inline-end: 0.75rem;
    }
    .picker .arrow svg {
      inline-size: 0.875rem;
      rotate: 90deg;
    }
    .picker .list {
      position: absolute;
      inset-block-start: calc(100% + 0.25rem);
      inset-inline: 0;
      z-index: 2;
      max-block-size: min(24rem, 55dvh);
      padding: 0.375rem;
      overflow-y: auto;
      border: 1px solid var(--line);
      border-radius: calc(var(--radius) + 2px);
      background: var(--surface);
      box-shadow: 0 0.75rem 2rem rgb(0 0 0 / 0.16);
    }
    .picker .list[hidden] {
      display: none;
    }
    .picker .heading {
      padding: 0.5rem 0.5rem 0.25rem;
      color: var(--quiet);
      font-size: 0.75rem;
      font-weight: 600;
    }
    .picker .none {
      padding: 0.5rem;
      color: var(--quiet);
      font-size: 0.875rem;
    }
    .picker [role="option"] {
      display: grid;
      grid-template-columns: auto 1fr auto;
      gap: 0.625rem;
      align-items: center;
      min-block-size: 2.25rem;
      padding: 0.25rem 0.5rem;
      border-radius: var(--radius);
      cursor: pointer;
    }
    .picker [role="option"].active {
      background: var(--sunken);
      outline: 2px solid var(--focus);
      outline-offset: -2px;
    }
    .picker [role="option"][aria-selected="true"] {
      font-weight: 600;
    }
  `,
];
