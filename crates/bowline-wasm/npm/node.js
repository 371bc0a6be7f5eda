// For Node: its `fetch` cannot read files.

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

/** Loads the provider table from a file or a URL. */
async function listed(source) {
  const file = fromFile(source);
  if (file !== source) return JSON.parse(await file);
  return (source instanceof Response ? source : await fetch(source)).json();
}

/** Reads a file URL; returns other values unchanged. */
function fromFile(source) {
  return source instanceof URL && source.protocol === "file:" ? readFile(source) : source;
}
