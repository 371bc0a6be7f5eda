/**
 * The elements in JSX, for React 18 and 19: `import type {} from "bowline/react";` once. React 19 sets properties and
 * listens to events (`onbowline-saved`) by itself; React 18 sets attributes only, so set properties by a `ref` there.
 */

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type {} from "./elements.js";

/** The package's elements. */
type Tags = { [Tag in keyof HTMLElementTagNameMap as Tag extends `bowline-${string}` ? Tag : never]: HTMLElementTagNameMap[Tag] };

/** The properties of an element that are its own and can be set. */
type Own<E> = Partial<Pick<E, Writable<Exclude<keyof E, keyof HTMLElement>, E>>>;

type Writable<Key extends keyof E, E> = {
  [Name in Key]: E[Name] extends (...parameters: never[]) => unknown ? never : Same<Pick<E, Name>, { -readonly [N in Name]: E[N] }> extends true ? Name : never;
}[Key];

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** The package's events. */
type Events = {
  [Name in keyof HTMLElementEventMap as Name extends `bowline-${string}` ? `on${Name}` : never]?: (event: HTMLElementEventMap[Name]) => void;
};

type Elements = { [Tag in keyof Tags]: DetailedHTMLProps<HTMLAttributes<Tags[Tag]>, Tags[Tag]> & Own<Tags[Tag]> & Events & { name?: string; disabled?: boolean } };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements extends Elements {}
  }
}
