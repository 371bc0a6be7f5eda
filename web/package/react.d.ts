/**
 * The elements in JSX, for React 18 and 19: `import type {} from "bowline/react";` once. React 19 sets properties and
 * listens to events (`onbowline-saved`) by itself; React 18 sets attributes only, so set properties by a `ref` there.
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
