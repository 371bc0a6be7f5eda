/** What every list with a search box is made of: the box, what stands there while it loads and when there is nothing. */

import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { icon, type IconName } from "./icons.js";

/** How long somebody pauses before what they typed is searched for. */
const PAUSE_MS = 250;

/** What is searched for, asked for anew once somebody pauses. */
export class Search implements ReactiveController {
  /** What was typed. */
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

  /** The box; its control has the id `search`. */
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

/** Stands where the rows will be. */
export function skeleton(label: string): TemplateResult {
  return html`<div class="skeleton" role="status">
    <p class="visually-hidden">${label}</p>
    <span></span><span></span><span></span><span></span>
  </div>`;
}

/** Says why there is nothing, and what to do about it. */
export function blank(
  testId: string,
  picture: IconName,
  heading: string,
  detail: string,
  action: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div class="blank" data-testid=${testId}>
    <span class="badge">${icon(picture)}</span>
    <h2>${heading}</h2>
    <p class="quiet">${detail}</p>
    ${action}
  </div>`;
}
