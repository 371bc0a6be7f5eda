/** The window's title: the heading of the current route. */

import { text } from "../messages.js";

export function entitle(...place: readonly string[]): void {
  document.title = [...place, text().console.product].join(" · ");
}
