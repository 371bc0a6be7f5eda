/** A stand-in for Lit without a DOM: a class to extend, and no registry. */

export class HTMLElement {}

export const customElements = undefined;
