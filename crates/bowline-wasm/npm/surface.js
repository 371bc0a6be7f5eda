// The functions of the package over the WebAssembly module, wherever the module was loaded from.
// Texts go in and JSON comes out: see crates/bowline-wasm/src/lib.rs.

import initialise, * as module from "./bindings.js";

let loading;
let loaded = false;
let table;

/** Loads the module once; `source` is asked for only then. A load that failed can be tried again. */
export function load(source) {
  loading ??= initialise({ module_or_path: source() }).then(
    () => {
      loaded = true;
    },
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

export function providers() {
  need();
  table ??= frozen(JSON.parse(module.providers()));
  return table;
}

export function checkForm(form, options) {
  need();
  const request = { form, touched: options?.touched, now: Math.trunc(options?.now ?? Date.now()) };
  return JSON.parse(module.checkForm(wellFormed(JSON.stringify(request))));
}

export function detect(text) {
  need();
  return JSON.parse(module.detect(String(text)));
}

export function parseReference(text) {
  need();
  const { reference, error } = JSON.parse(module.parseReference(String(text)));
  if (error) throw new InvalidReferenceError(error);
  return reference;
}

export class InvalidReferenceError extends Error {
  constructor({ code, message, suggestion, start, end }) {
    super(message);
    this.name = "InvalidReferenceError";
    this.code = code;
    this.suggestion = suggestion ?? undefined;
    this.start = start;
    this.end = end;
  }
}

function need() {
  if (!loaded) throw new Error("bowline is not loaded: await ready() first");
}

/**
 * Half a surrogate pair, which typing and cutting can leave behind, becomes U+FFFD: as long in UTF-16, and what
 * happens to it in every form that leaves a page. JSON.stringify writes it, and nothing else, as \ud8xx to \udfxx.
 */
function wellFormed(json) {
  if (!json.includes("\\ud")) return json;
  return json.replace(/\\(?:(u[dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g, (escape, half) => (half ? "\uFFFD" : escape));
}

/** Shared by all callers, so that none can change it for another. */
function frozen(value) {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
