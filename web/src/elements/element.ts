/** Registers a custom element under its name. */

/**
 * The decorator of a custom element. Without custom elements (on a server), it does nothing. If another copy of this
 * package has registered the element, that one stays.
 */
export function element(name: string): <T extends CustomElementConstructor>(constructor: T) => void {
  return (constructor) => {
    const registry = globalThis.customElements as CustomElementRegistry | undefined;
    if (registry !== undefined && registry.get(name) === undefined) registry.define(name, constructor);
  };
}
