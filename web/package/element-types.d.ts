/** The types that `bowline/react`, `bowline/vue` and `bowline/svelte` share. */

import type {} from "./elements.js";

/** The package's elements by tag. */
export type Tags = { [Tag in keyof HTMLElementTagNameMap as Tag extends `bowline-${string}` ? Tag : never]: HTMLElementTagNameMap[Tag] };

/** The package's events by name. */
export type EventMap = { [Name in keyof HTMLElementEventMap as Name extends `bowline-${string}` ? Name : never]: HTMLElementEventMap[Name] };

/** The writable properties that an element itself defines. */
export type Own<E> = Partial<Pick<E, Writable<Exclude<keyof E, keyof HTMLElement>, E>>> & { name?: string; disabled?: boolean };

type Writable<Key extends keyof E, E> = {
  [Name in Key]: E[Name] extends (...parameters: never[]) => unknown ? never : Same<Pick<E, Name>, { -readonly [N in Name]: E[N] }> extends true ? Name : never;
}[Key];

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
