/** The window's title: where somebody is, as the heading says. */

import { text } from "../messages.js";

export function entitle(...place: readonly string[]): void {
  document.title = [...place, text().console.product].join(" · ");
}
