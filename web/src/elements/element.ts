/** Registers a custom element under its name. */

/**
 * The decorator of a custom element. Where there are no custom elements (a server) it does nothing, and where another
 * copy of this package was first, that copy's element stays.
 */
export function element(name: string): <T extends CustomElementConstructor>(constructor: T) => void {
  return (constructor) => {
    const registry = globalThis.customElements as CustomElementRegistry | undefined;
    if (registry !== undefined && registry.get(name) === undefined) registry.define(name, constructor);
  };
}
