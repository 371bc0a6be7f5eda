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
export { connectionForm, jsonSchema } from "./form-schema.js";

export function ready(source, table) {
  return load(
    () => source ?? served(new URL("./bowline.wasm", import.meta.url)),
    () => (Array.isArray(table) ? table : listed(table ?? new URL("./providers.json", import.meta.url))),
  );
}

/** Loads the provider table. */
async function listed(source) {
  const missing = (why, cause) => new Error(`providers.json was not served at ${source.url ?? source}: ${why}`, { cause });
  const response = source instanceof Response ? source : await fetch(source).catch((error) => {
    throw missing(error.message, error);
  });
  if (!response.ok) throw missing(`HTTP ${response.status}`);
  return response.json().catch((error) => {
    throw missing("the answer is not JSON", error);
  });
}

/** Loads the module from beside this file. If it was not served there, the error describes the response. */
async function served(url) {
  const missing = (why, cause) => new Error(`bowline.wasm was not served at ${url.href}: ${why}`, { cause });
  const response = await fetch(url).catch((error) => {
    throw missing(error.message, error);
  });
  if (!response.ok) throw missing(`HTTP ${response.status}`);
  const type = response.headers.get("content-type") ?? "no content type";
  if (type.startsWith("application/wasm")) return response;
  // Some servers do not know the media type. A server without the file often sends a page instead.
  const bytes = await response.arrayBuffer();
  if (!MAGIC.every((byte, place) => new Uint8Array(bytes)[place] === byte)) throw missing(`the answer is ${type}, not WebAssembly`);
  return bytes;
}

/** The first bytes of a module. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];
