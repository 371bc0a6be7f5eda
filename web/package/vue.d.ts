/**
 * The elements in Vue's templates: `import type {} from "bowline/vue";` once. Vue sets properties and listens to events
 * (`@bowline-saved`) by itself. Tell its compiler that `bowline-` starts the name of an element:
 * `compilerOptions: { isCustomElement: (tag) => tag.startsWith("bowline-") }`.
 */

import type { AllowedComponentProps, HTMLAttributes, VNodeProps } from "vue";
import type { EventMap, Own, Tags } from "./element-types.js";

type Emits = { [Name in keyof EventMap as `on${Capitalize<Camel<Name>>}`]?: (event: EventMap[Name]) => void };

/** Vue looks a listener up by its name in camel case. */
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name;

type Elements = {
  [Tag in keyof Tags]: new () => Tags[Tag] & {
    $props: Omit<HTMLAttributes, keyof Own<Tags[Tag]>> & VNodeProps & AllowedComponentProps & Own<Tags[Tag]> & Emits;
  };
};

declare module "vue" {
  interface GlobalComponents extends Elements {}
}
