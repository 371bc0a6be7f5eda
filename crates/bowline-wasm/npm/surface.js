// The functions of the package on top of the WebAssembly module.
// Plain objects go in and come out: see crates/bowline-wasm/src/lib.rs.

import initialize, * as module from "./bindings.js";

let loading;
let loaded = false;
let list;

/**
 * Loads the module and the provider table once. `source` and `table` are called only for the load. A failed load can be
 * retried.
 */
export function load(source, table) {
  loading ??= Promise.all([initialize({ module_or_path: source() }), table()]).then(
    ([, rows]) => {
      list = frozen(rows);
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
  return list;
}

export function checkForm(form, options) {
  need();
  const touched = options?.touched && Array.from(options.touched, String);
  return module.checkForm(form, touched ?? undefined, Number(options?.now ?? Date.now()));
}

export function detect(text) {
  need();
  return module.detect(String(text));
}

export function parseReference(text) {
  need();
  const { value, error } = module.parseReference(String(text));
  if (error) throw new InvalidReferenceError(error);
  return value;
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

export function parsePattern(text) {
  need();
  const { value, error } = module.parsePattern(String(text));
  if (error) throw new InvalidPatternError(error);
  return value;
}

export class InvalidPatternError extends Error {
  constructor({ code, message, suggestion, start, end }, index) {
    super(message);
    this.name = "InvalidPatternError";
    this.code = code;
    this.suggestion = suggestion ?? undefined;
    this.start = start;
    this.end = end;
    this.index = index;
  }
}

export class PatternSet {
  #set;

  constructor(patterns) {
    need();
    try {
      this.#set = new module.PatternSet(Array.from(patterns, String));
    } catch (invalid) {
      if (!invalid.error) throw invalid;
      throw new InvalidPatternError(invalid.error, invalid.index);
    }
  }

  matches(image) {
    return this.#set.matches(String(image));
  }

  explain(image) {
    return this.#set.explain(String(image));
  }

  filter(images) {
    const taken = [];
    for (let from = 0; from < images.length; from += PORTION) {
      const portion = images.slice(from, from + PORTION);
      for (const place of this.#places(portion)) taken.push(from + place);
    }
    return Uint32Array.from(taken);
  }

  #places(images) {
    const places = this.#set.filter(encoded(images.join("\n")), images.length);
    // Image names contain no line feed. If one does, match the images one by one.
    return places ?? [...images.keys()].filter((index) => this.matches(images[index]));
  }

  free() {
    this.#set.free();
  }
}

if (Symbol.dispose) PatternSet.prototype[Symbol.dispose] = PatternSet.prototype.free;

export function checkPolicy(policy, provider, host) {
  need();
  return module.checkPolicy(policy, provider, host);
}

export function selectImages(policy, images, now) {
  need();
  const { decisions, findings } = module.selectImages(policy, images, now ?? Date.now());
  if (findings) throw new InvalidPolicyError(findings);
  const selected = [];
  decisions.forEach((decision, index) => decision.selected && selected.push(index));
  return { selected, decisions };
}

export class InvalidPolicyError extends Error {
  constructor(findings) {
    const { code, field, message } = findings.find(({ severity }) => severity === "error");
    super(`${field}: ${message}`);
    this.name = "InvalidPolicyError";
    this.code = code;
    this.findings = findings;
  }
}

const encoder = new TextEncoder();
const buffer = new Uint8Array(1 << 17);

/** Encodes a text as UTF-8 in a buffer that the next call reuses, unless the text is long. */
function encoded(text) {
  if (3 * text.length > buffer.length) return encoder.encode(text);
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
}

/** The number of images to match at once: as many as fit in the processor's cache. */
const PORTION = 512;

function need() {
  if (!loaded) throw new Error("bowline is not loaded: await ready() first");
}

/** Frozen, because all callers share it. */
function frozen(value) {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
