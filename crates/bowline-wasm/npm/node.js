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
export { connectionForm, jsonSchema } from "./form-schema.js";

export function ready(source, table) {
  return load(
    () => fromFile(source ?? new URL("./bowline.wasm", import.meta.url)),
    () => (Array.isArray(table) ? table : listed(table ?? new URL("./providers.json", import.meta.url))),
  );
}

/** The provider table from a file or from where it is served. */
async function listed(source) {
  const file = fromFile(source);
  if (file !== source) return JSON.parse(await file);
  return (source instanceof Response ? source : await fetch(source)).json();
}

/** The bytes of a file's URL; anything else as it is. */
function fromFile(source) {
  return source instanceof URL && source.protocol === "file:" ? readFile(source) : source;
}
