/** The parts of a list with a search box: the box, the loading state, and the empty state. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { icon, type IconName } from "./icons.js";

/** The pause in typing before a search, in milliseconds. */
const PAUSE_MS = 250;

/** The search text; a pause in typing starts a new search. */
export class Search implements ReactiveController {
  /** The typed text. */
  term = "";
  readonly #host: ReactiveControllerHost;
  readonly #ask: () => unknown;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, ask: () => unknown) {
    this.#host = host;
    this.#ask = ask;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#pause);
  }

  /** The search box. Its control has the id `search`. */
  box(testId: string, label: string, placeholder: string): TemplateResult {
    return html`<div class="search">
      ${icon("search")}
      <label for="search" class="visually-hidden">${label}</label>
      <input id="search" type="search" name="search" data-testid=${testId} autocomplete="off" spellcheck="false" placeholder=${placeholder}
        .value=${live(this.term)} @input=${this.#typed} />
    </div>`;
  }

  readonly #typed = (event: Event): void => {
    if (!(event.currentTarget instanceof HTMLInputElement)) return;
    this.term = event.currentTarget.value;
    this.#host.requestUpdate();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(this.#ask, PAUSE_MS);
  };
}

/** The placeholder for the rows. */
export function skeleton(label: string): TemplateResult {
  return html`<div class="skeleton" role="status">
    <p class="visually-hidden">${label}</p>
    <span></span><span></span><span></span><span></span>
  </div>`;
}

/** Says why the list is empty, and what to do. */
export function blank(testId: string, picture: IconName, heading: string, detail: string, action: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<div class="blank" data-testid=${testId}>
    <span class="badge">${icon(picture)}</span>
    <h2>${heading}</h2>
    <p class="quiet">${detail}</p>
    ${action}
  </div>`;
}
