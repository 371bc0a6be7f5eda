/** What Lit finds where there is no DOM: a class to extend, and nothing to register it in. */

export class HTMLElement {}

export const customElements = undefined;
