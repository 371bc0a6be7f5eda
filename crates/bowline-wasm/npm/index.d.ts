/**
 * Bowline's rules for container-registry connections, in WebAssembly: the same crate that the server runs.
 *
 * Call {@link ready} once; after that every function is synchronous. Works in browsers, workers and Node >= 20.
 */

/** What {@link ready} can take the module from, where the default (the file beside this one) does not fit. */
export type ModuleSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the module. Calling it again returns the same promise.
 *
 * @param source where the `.wasm` is; left out, it is the file in this package.
 * @throws (rejects) when the module cannot be fetched or compiled; the next call tries again.
 */
export function ready(source?: ModuleSource | Promise<Response>): Promise<void>;

/** A connection as it was typed; what is left out, `null` or empty is not filled in. */
export interface ConnectionForm {
  /** A provider's id, `docker-hub`. */
  provider?: string | null;
  /** What the customer calls it; 1-64 characters after trimming. */
  name?: string | null;
  description?: string | null;
  /** An auth method's id; left out, the provider's first. */
  auth?: string | null;
  purpose?: Purpose | "" | null;
  /** The auth method's fields by name. */
  values?: { [name: string]: string | boolean | number | null | undefined } | null;
  /** Token services (`host` or `host:port`) to which the credentials may go though they are not the registry's. */
  trustedAuthHosts?: string[] | null;
  /** When the credentials end, RFC 3339. */
  expiresAt?: string | null;
  /** An image to test with. */
  image?: string | null;
}

/** What a connection is for: reading images, or writing them too. */
export type Purpose = "pull" | "push";

/** How much a finding weighs. Only an `error` makes a form invalid. */
export type Severity = "error" | "warning" | "hint";

/** One thing that was found in a field. */
export interface Finding {
  /** `name`, `provider`, `auth`, `values.url`, … */
  field: string;
  severity: Severity;
  /** Stable, dotted snake_case; never changes its meaning. */
  code: string;
  /** The named parameters of the message, for products that translate. */
  params: { [name: string]: string };
  /** The English text. */
  message: string;
  /** The whole text that the field should hold instead, where there is one. */
  suggestion?: string;
  /** Where in the field's text it starts, in UTF-16 units. */
  start: number;
  /** Where it ends. */
  end: number;
}

/** What a form's check found. */
export interface Report {
  /** Whether the form can be saved. */
  valid: boolean;
  /** In the order of the form's fields. */
  findings: Finding[];
  /** The registry as it is shown and kept, `docker.io/acme`. */
  endpoint: string | null;
  /** The id of the provider that the URL looks like. */
  detected: string | null;
}

export interface CheckFormOptions {
  /** Where given, a required field that is empty is reported only if it is one of these (`name`, `values.url`, …). */
  touched?: readonly string[] | undefined;
  /** Now, in milliseconds since 1970; left out, the clock's. */
  now?: number | undefined;
}

/** Checks a form. Never throws for what was typed. */
export function checkForm(form: ConnectionForm, options?: CheckFormOptions): Report;

/** How a field is shown and typed. */
export type FieldKind = "text" | "secret" | "url" | "select" | "checkbox" | "json";

/** One choice of a `select` field. */
export interface FieldOption {
  readonly value: string;
  readonly label: string;
}

/** One value of an auth method. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** What it is when it is empty. */
  readonly default?: string;
  /** What a `select` offers. */
  readonly options?: readonly FieldOption[];
  readonly placeholder?: string;
  /** What to fill in, for each purpose: which token, with the least scopes. */
  readonly help?: { readonly pull: string; readonly push: string };
  /** The value of the input's `autocomplete` attribute. */
  readonly autocomplete: string;
}

/** A way to log in. */
export interface AuthMethod {
  readonly id: string;
  readonly title: string;
  readonly fields: readonly Field[];
}

/** What a registry product can do. */
export interface Capabilities {
  /** Repositories can be listed. */
  readonly catalog: boolean;
  /** Tags can be listed. */
  readonly tags: boolean;
  /** A connection test needs an image to be named. */
  readonly testNeedsImage: boolean;
  /** The product can announce pushes by webhooks. */
  readonly events: boolean;
  /** Images can be held back until they are released. */
  readonly quarantine: boolean;
  /** Images can be listed as image streams. */
  readonly imageStreams: boolean;
  /** Images that are gone from the registry can be forgotten. */
  readonly cleanup: boolean;
  /** Images can be taken in without being named one by one. */
  readonly automatic: boolean;
}

/** A registry product, enough to render a form for it. */
export interface Provider {
  readonly id: string;
  readonly title: string;
  /** The vendor's page about its credentials. */
  readonly docsUrl: string;
  /** The first is the default. */
  readonly auth: readonly AuthMethod[];
  readonly capabilities: Capabilities;
}

/** Every provider, in the order in which a page shows them: one frozen list, made once. */
export function providers(): readonly Provider[];

/**
 * Partly filled forms for what was pasted: a URL, an image reference, a `docker login` command,
 * a `.dockerconfigjson` or a Kubernetes pull secret. Empty when it is none of them.
 */
export function detect(text: string): ConnectionForm[];

/** An image reference, taken apart. */
export interface ImageReference {
  domain: string;
  path: string;
  tag: string | null;
  digest: string | null;
  /** As people write it, `alpine:3.20`. */
  familiar: string;
  /** In full, `docker.io/library/alpine:3.20`. */
  canonical: string;
}

/** What {@link parseReference} throws. */
export class InvalidReferenceError extends Error {
  private constructor();
  /** Stable, dotted snake_case: `reference.tag`, … */
  readonly code: string;
  /** The whole text that should be there instead, where there is one. */
  readonly suggestion: string | undefined;
  /** Where in the text it starts, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * Parses an image reference by the distribution grammar.
 *
 * @throws {InvalidReferenceError}
 */
export function parseReference(text: string): ImageReference;
