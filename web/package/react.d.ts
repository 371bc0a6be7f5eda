/**
 * JSX types of the elements for React 18 and 19. Import them once: `import type {} from "bowline/react";`. React 19 sets
 * properties and listens to events (`onbowline-saved`) by itself. React 18 sets only attributes, so set properties with a
 * `ref`.
 */

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { EventMap, Own, Tags } from "./element-types.js";

type Events = { [Name in keyof EventMap as `on${Name}`]?: (event: EventMap[Name]) => void };

type Elements = { [Tag in keyof Tags]: DetailedHTMLProps<HTMLAttributes<Tags[Tag]>, Tags[Tag]> & Own<Tags[Tag]> & Events };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements extends Elements {}
  }
}
