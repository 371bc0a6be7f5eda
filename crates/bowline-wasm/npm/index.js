// For browsers and workers, with a bundler or without.

import { load } from "./surface.js";

export {
  checkForm,
  checkPolicy,
  detect,
  InvalidPatternError,
  InvalidPolicyError,
  InvalidReferenceError,
  parsePattern,
  parseReference,
  PatternSet,
  providers,
  selectImages,
} from "./surface.js";

export function ready(source) {
  return load(() => source ?? new URL("./bowline.wasm", import.meta.url));
}
