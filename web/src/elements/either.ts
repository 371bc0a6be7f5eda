/** A label that changes without changing its place: it is as wide as the widest of what it may say. */

import { html, type TemplateResult } from "lit";

/** Shows `labels[shown]`; what the others need stays free. */
export function either(labels: readonly string[], shown: number): TemplateResult {
  return html`<span class="either">${labels.map((label, place) => html`<span ?data-off=${place !== shown}>${label}</span>`)}</span>`;
}
