// For Node, whose fetch reads no files.

import { readFile } from "node:fs/promises";

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
  return load(() => fromFile(source ?? new URL("./bowline.wasm", import.meta.url)));
}

/** The bytes of a file's URL; anything else as it is. */
function fromFile(source) {
  return source instanceof URL && source.protocol === "file:" ? readFile(source) : source;
}
