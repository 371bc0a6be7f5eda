/** A label with several texts that keeps the width of the widest. */

import { html, type TemplateResult } from "lit";

/** Shows `labels[shown]` and reserves the space for the others. */
export function either(labels: readonly string[], shown: number): TemplateResult {
  return html`<span class="either">${labels.map((label, place) => html`<span ?data-off=${place !== shown}>${label}</span>`)}</span>`;
}
