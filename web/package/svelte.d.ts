/**
 * Types of the elements in Svelte 5 markup. Import them once: `import type {} from "bowline/svelte";`. Svelte sets
 * properties and listens to events (`onbowline-saved`) by itself.
 */

import type { HTMLAttributes } from "svelte/elements";
import type { EventMap, Own, Tags } from "./element-types.js";

type Events = { [Name in keyof EventMap as `on${Name}`]?: (event: EventMap[Name]) => void };

type Elements = { [Tag in keyof Tags]: Omit<HTMLAttributes<Tags[Tag]>, keyof Own<Tags[Tag]>> & Own<Tags[Tag]> & Events };

declare module "svelte/elements" {
  interface SvelteHTMLElements extends Elements {}
}
