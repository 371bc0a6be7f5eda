/**
 * Types of the elements in Vue templates. Import them once: `import type {} from "bowline/vue";`. Vue sets properties and
 * listens to events (`@bowline-saved`) by itself. Tell its compiler that tags with `bowline-` are custom elements:
 * `compilerOptions: { isCustomElement: (tag) => tag.startsWith("bowline-") }`.
 */

import type { AllowedComponentProps, HTMLAttributes, VNodeProps } from "vue";
import type { EventMap, Own, Tags } from "./element-types.js";

type Emits = { [Name in keyof EventMap as `on${Capitalize<Camel<Name>>}`]?: (event: EventMap[Name]) => void };

/** Vue looks up a listener by its camel-case name. */
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name;

type Elements = {
  [Tag in keyof Tags]: new () => Tags[Tag] & {
    $props: Omit<HTMLAttributes, keyof Own<Tags[Tag]>> & VNodeProps & AllowedComponentProps & Own<Tags[Tag]> & Emits;
  };
};

declare module "vue" {
  interface GlobalComponents extends Elements {}
}
