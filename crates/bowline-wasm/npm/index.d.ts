/**
 * Bowline's rules for container registry connections in WebAssembly, compiled from the same crate that the server runs.
 *
 * Call {@link ready} once. After that, every function is synchronous. Works in browsers, workers, and Node 20 or newer.
 */

import type { AuthIds, ProviderId } from "./ids.js";

export type { AuthIds, ProviderId };

/** One of these ids, or any text: an unknown id is a finding. */
type Known<Id extends string> = Id | (string & Record<never, never>);

/**
 * A source of the module for {@link ready}, instead of the default (the file beside this one). The object is a
 * compiled `WebAssembly.Module`. Its type is only in TypeScript's DOM library.
 */
export type ModuleSource = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | object;

/** A source of the provider table for {@link ready}, instead of the default: the table or its URL. */
export type TableSource = readonly Provider[] | string | URL | Request | Response;

/**
 * Loads the module and the provider table. Calling it again returns the same promise.
 *
 * @param source the location of the `.wasm` file; default: the file in this package.
 * @param table the location of `providers.json`; default: the file in this package.
 * @throws (rejects) if one of them cannot be loaded. The next call tries again.
 */
export function ready(source?: ModuleSource | Promise<Response>, table?: TableSource): Promise<void>;

/** A connection as typed. Missing, `null`, and empty all mean "not filled in". */
export interface ConnectionForm {
  /** A provider's id, such as `docker-hub`. */
  provider?: Known<ProviderId> | null;
  /** The connection's name: 1-64 characters after trimming. */
  name?: string | null;
  description?: string | null;
  /** An auth method's id; default: the provider's first. */
  auth?: Known<AuthIds[keyof AuthIds]> | null;
  purpose?: Purpose | "" | null;
  /** The auth method's fields by name. */
  values?: { [name: string]: string | boolean | number | null | undefined } | null;
  /** Token services (`host` or `host:port`) on other hosts that may get the credentials. */
  trustedAuthHosts?: string[] | null;
  /** When the credentials expire, in RFC 3339. */
  expiresAt?: string | null;
  /** An image to test with. */
  image?: string | null;
  /** Which images to pull, and when. */
  policy?: Policy | null;
}

/** The purpose of a connection: to pull images, or also to push them. */
export type Purpose = "pull" | "push";

/** The severity of a finding. Only an `error` makes a form invalid. */
export type Severity = "error" | "warning" | "hint";

/** A finding in a field. */
export interface Finding {
  /** `name`, `provider`, `auth`, `values.url`, … */
  field: string;
  severity: Severity;
  /** The stable code in dotted snake_case. Its meaning never changes. */
  code: string;
  /** The named parameters of the message, for translations. */
  params: { [name: string]: string };
  /** The English text. */
  message: string;
  /** The complete text that fixes the field, if there is one. */
  suggestion?: string;
  /** The start of the position in the field's text, in UTF-16 code units. */
  start: number;
  /** The end of the position. */
  end: number;
}

/** The result of checking a form. */
export interface Report {
  /** Whether the form can be saved. */
  valid: boolean;
  /** In the order of the form's fields. */
  findings: Finding[];
  /** The registry's endpoint, such as `docker.io/acme`. */
  endpoint: string | null;
  /** The id of the provider that the URL belongs to, if it is recognized. */
  detected: ProviderId | null;
}

export interface CheckFormOptions {
  /** If set, an empty required field is reported only if it is one of these (`name`, `values.url`, …). */
  touched?: readonly string[] | undefined;
  /** The current time in milliseconds since 1970; default: the clock's. */
  now?: number | undefined;
}

/**
 * Checks a form. Never throws because of user input.
 *
 * @throws {TypeError} with the `code` `form.shape` if a member does not have the declared type, or if JSON cannot
 * represent it.
 */
export function checkForm(form: ConnectionForm, options?: CheckFormOptions): Report;

/** A schema for the form of a registry type, as defined by the Standard Schema specification (version 1). */
export interface ConnectionFormSchema<Id extends ProviderId = ProviderId> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "bowline";
    readonly validate: (value: unknown) => SchemaSuccess<FormOf<Id>> | SchemaFailure;
    readonly types?: { readonly input: FormOf<Id>; readonly output: FormOf<Id> };
  };
}

/** The form of one registry type. */
export interface FormOf<Id extends ProviderId = ProviderId> extends Omit<ConnectionForm, "auth" | "provider"> {
  provider?: Id;
  auth?: AuthIds[Id];
}

/** The value is valid. Its provider is the schema's. */
export interface SchemaSuccess<Output> {
  readonly value: Output;
  readonly issues?: undefined;
}

/** The errors of the value, without warnings and hints. */
export interface SchemaFailure {
  readonly issues: readonly { readonly message: string; readonly path: readonly (string | number)[] }[];
}

/**
 * The form of a registry type as a Standard Schema, for libraries such as React Hook Form and TanStack Form. It gives the
 * same result as {@link checkForm}.
 *
 * @throws {RangeError} if there is no such registry type.
 */
export function connectionForm<Id extends ProviderId>(provider: Id): ConnectionFormSchema<Id>;

/**
 * The JSON Schema (draft 2020-12) of a registry type's form: its members and values, which of them are required, titles,
 * and examples. It does not contain the rules of {@link checkForm}.
 *
 * @throws {RangeError} if there is no such registry type.
 */
export function jsonSchema(provider: ProviderId): { readonly [keyword: string]: unknown };

/** The kind of a field's input. */
export type FieldKind = "text" | "secret" | "url" | "select" | "checkbox" | "json";

/** An option of a `select` field. */
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
  /** The alternative field. One of the two is required. */
  readonly unless?: string;
  /** The default value. */
  readonly default?: string;
  /** The options of a `select`. */
  readonly options?: readonly FieldOption[];
  readonly placeholder?: string;
  /** Help for each purpose: which token to use, with the fewest scopes. */
  readonly help?: { readonly pull: string; readonly push: string };
  /** The value of the input's `autocomplete` attribute. */
  readonly autocomplete: string;
}

/** An auth method. */
export interface AuthMethod {
  readonly id: string;
  readonly title: string;
  readonly fields: readonly Field[];
  /** What to create at the vendor first, if it is the same for everybody. */
  readonly setup?: LoginSetup;
}

/**
 * What to create at the vendor before the first test. Texts contain placeholders: `{accountId}` is the service's AWS
 * account, and `{externalId}` is the external ID that the service issued to the project.
 */
export interface LoginSetup {
  /** The name of a field that makes this unnecessary if it is filled in. */
  readonly unless: string | null;
  /** What to do, in order. */
  readonly steps: readonly string[];
  /** Snippets to paste, each with a title. */
  readonly snippets: readonly { readonly title: string; readonly text: string }[];
  /** The vendor's documentation. */
  readonly docsUrl: string;
}

/** The capabilities of a registry product. */
export interface Capabilities {
  /** Repositories can be listed. */
  readonly catalog: boolean;
  /** Tags can be listed. */
  readonly tags: boolean;
  /** A connection test needs an image name. */
  readonly testNeedsImage: boolean;
  /** The product can notify of pushes with webhooks. */
  readonly events: boolean;
  /** Images can be in quarantine until they are released. */
  readonly quarantine: boolean;
  /** Images can be listed as image streams. */
  readonly imageStreams: boolean;
  /** Images that are gone from the registry can be removed from the inventory. */
  readonly cleanup: boolean;
  /** Images can be pulled on a schedule. */
  readonly automatic: boolean;
}

/** A registry product, with everything needed to render its form. */
export interface Provider {
  readonly id: ProviderId;
  readonly title: string;
  /** The vendor's documentation about credentials. */
  readonly docsUrl: string;
  /** Its group in a picker. */
  readonly group: ProviderGroup;
  /** Its rank in a picker: lower comes first. Every provider has its own. */
  readonly rank: number;
  /** The first is the default. */
  readonly auth: readonly AuthMethod[];
  readonly capabilities: Capabilities;
  /** How to set up its push notifications; `null` if it has none. */
  readonly notifications: Notifications | null;
}

/** Registries of cloud providers, registries hosted by their vendors, self-hosted registries, and any registry of a protocol. */
export type ProviderGroup = "cloud" | "hosted" | "self-hosted" | "generic";

/**
 * How to set up push notifications at a product. Texts contain the placeholders `{url}`, the URL that the product
 * sends to, and `{authorization}`, the value of the `Authorization` header that it sends.
 */
export interface Notifications {
  /** What to do, in order. */
  readonly steps: readonly NotificationLine[];
  /** The lines of a snippet to paste; empty if there is none. */
  readonly snippet: readonly NotificationLine[];
  /** The vendor's documentation. */
  readonly docsUrl: string | null;
}

/** One step, or one line of a snippet. */
export interface NotificationLine {
  /** The text with its placeholders. */
  readonly text: string;
  /** Whether it applies to every setup, or only with the secret in a header or in the URL. */
  readonly when: "always" | "authorization" | "no-authorization";
}

/** Returns every provider in display order, as one frozen list. */
export function providers(): readonly Provider[];

/**
 * Returns partly filled forms for pasted text: a URL, an image reference, a `docker login` command,
 * a `.dockerconfigjson`, or a Kubernetes pull secret. Empty if nothing is recognized.
 */
export function detect(text: string): ConnectionForm[];

/** A parsed image reference. */
export interface ImageReference {
  domain: string;
  path: string;
  tag: string | null;
  digest: string | null;
  /** The short form, such as `alpine:3.20`. */
  familiar: string;
  /** The complete form, such as `docker.io/library/alpine:3.20`. */
  canonical: string;
}

/** The error of {@link parseReference}. */
export class InvalidReferenceError extends Error {
  private constructor();
  /** The stable code in dotted snake_case: `reference.tag`, … */
  readonly code: string;
  /** The complete text that fixes it, if there is one. */
  readonly suggestion: string | undefined;
  /** The start of the position in the text, in UTF-16 code units. */
  readonly start: number;
  /** The end of the position. */
  readonly end: number;
}

/**
 * Parses an image reference with the distribution grammar.
 *
 * @throws {InvalidReferenceError}
 */
export function parseReference(text: string): ImageReference;

/** The error of {@link parsePattern} and {@link PatternSet}. */
export class InvalidPatternError extends Error {
  private constructor();
  /** The stable code in dotted snake_case: `pattern.unclosed`, … */
  readonly code: string;
  /** The complete text that fixes it, if there is one. */
  readonly suggestion: string | undefined;
  /** The start of the position in the text, in UTF-16 code units. */
  readonly start: number;
  /** The end of the position. */
  readonly end: number;
  /** The index of the pattern in a set; `undefined` for a single pattern. */
  readonly index: number | undefined;
}

/** One half of a pattern. */
export interface PatternPart {
  /**
   * How it matches: a `literal` is contained in the image's half, a `glob` matches the whole half, and a `regex`
   * matches anywhere in it.
   */
  kind: "literal" | "glob" | "regex";
  /** The text as written; a regular expression without its slashes. */
  text: string;
}

/** A parsed `name:tag` pattern. */
export interface Pattern {
  /** The pattern for the repository; `null` matches every one. */
  name: PatternPart | null;
  /** The pattern for the tag; `null` matches every image, tagged or not. */
  tag: PatternPart | null;
  /** Findings in the field `pattern`, never errors. */
  findings: Finding[];
}

/**
 * Parses a pattern: `alpine`, `:4`, `team/*:v{1,2}.*`, `/^team\/(api|web)$/:/^v\d+$/`.
 *
 * @throws {InvalidPatternError}
 */
export function parsePattern(text: string): Pattern;

/** Why a {@link PatternSet} matches an image or does not. */
export interface Explanation {
  /** Whether a pattern matches it. */
  taken: boolean;
  /** The index of the first pattern that matches it, or of the first that matches a part of it. */
  pattern: number | null;
  /** Which parts of that pattern match. */
  matched: ("name" | "tag")[];
  /** Which part of that pattern does not. */
  missed: "name" | "tag" | null;
}

/**
 * A compiled list of patterns. It matches an image if any of them does. An empty list matches none.
 *
 * It uses the module's memory until it is garbage-collected or until `free()`.
 */
export class PatternSet {
  /** @throws {InvalidPatternError} with the `index` of the invalid pattern. */
  constructor(patterns: Iterable<string>);
  /** Whether a pattern matches the image: `team/api`, `alpine:3.20`, `alpine:3.20@sha256:…`. */
  matches(image: string): boolean;
  /** Which pattern decides about the image, and by which part. */
  explain(image: string): Explanation;
  /** The indexes of the matching images, in order. Suitable for lists of 100,000 names. */
  filter(images: readonly string[]): Uint32Array;
  /** Frees its memory at once. Do not use it afterward. Also available as `Symbol.dispose`, if the runtime has it. */
  free(): void;
}

/** A pull policy. Missing and `null` members have their defaults. */
export interface Policy {
  /** `automatic` pulls every day. `manual`, the default, pulls only on request. */
  mode?: "manual" | "automatic" | null;
  /** The start time of the daily pull, such as `02:30`. */
  at?: string | null;
  /** The IANA time zone of that time; default: `UTC`. */
  timezone?: string | null;
  /** When to pull known images again: `never` (the default), when something `new` is pulled, or `always`. `false` and `true` mean the first two. */
  rescanExisting?: "never" | "new" | "always" | boolean | null;
  /** Patterns of images to select; empty selects everything. */
  include?: readonly string[] | null;
  /** An additional condition. */
  condition?: Condition | null;
  /** Patterns of images that are never selected. */
  never?: readonly string[] | null;
  /** Patterns of images that are always selected, regardless of `include` and `condition`. */
  always?: readonly string[] | null;
  /** Whether images that are gone from the registry are removed from the inventory. */
  cleanup?: boolean | null;
  /** Whether the registry sends push notifications. */
  events?: boolean | null;
  /** Whether the registry keeps images in quarantine until they are released. */
  quarantine?: boolean | null;
  /** Whether image streams are listed. */
  imageStreams?: boolean | null;
  /** The scanners: any, or only the listed ones. */
  scanner?: { kind: "any" } | { kind: "specific"; names: readonly string[] } | null;
  /** The time limit of a scan, in seconds. */
  scanTimeoutSeconds?: number | null;
}

/** A condition in addition to the patterns. */
export type Condition =
  | { kind: "none" }
  /** The maximum age of the image; default: 60 days. Months and years are calendar units. */
  | { kind: "created-within"; amount?: number | null; unit?: "days" | "weeks" | "months" | "years" | null }
  /** The number of newest digests to select in a repository. */
  | { kind: "latest"; count: number };

/** The result of checking a policy. */
export interface PolicyReport {
  /** Whether the findings contain no error. */
  valid: boolean;
  /** In fields such as `policy.include.0`. */
  findings: Finding[];
}

/**
 * Checks a policy. Never throws because of user input.
 *
 * @throws {TypeError} with the `code` `policy.shape` if JSON cannot represent the policy.
 * @param provider the id of the registry's provider. Without it, rules that depend on it are skipped.
 * @param host the registry's host, with its port, which a pattern should not name.
 */
export function checkPolicy(policy: Policy | null, provider?: string | null, host?: string | null): PolicyReport;

/**
 * An image in an inventory. Times are RFC 3339 texts, milliseconds since 1970, or Dates. Invalid times count as missing.
 */
export interface Image {
  /** The repository's path, without the host. */
  repository: string;
  tag?: string | null;
  /** The manifest's digest. Two tags with the same digest are one image. */
  digest?: string | null;
  /** When it was built. */
  createdAt?: string | number | Date | null;
  /** When it was pushed; used if there is no build date. */
  pushedAt?: string | number | Date | null;
  /** When it was first listed; used if there is no push date either. */
  firstSeen?: string | number | Date | null;
  /** The artifact's media type, if it is not an image. */
  artifactType?: string | null;
}

/** The decision about an image. */
export interface Decision {
  /** Whether it is selected. */
  selected: boolean;
  /** The reason: a list of patterns, the condition, or that it is a signature or another artifact. */
  by: "artifact" | "never" | "include" | "condition" | "always";
  /** The index of the pattern that decided; `null` if none did. */
  pattern: number | null;
}

/** The error of {@link selectImages}. */
export class InvalidPolicyError extends Error {
  private constructor();
  /** The first error's code: `policy.choice`, … */
  readonly code: string;
  /** All findings. */
  readonly findings: Finding[];
}

/**
 * Returns for every image whether the policy selects it, and why.
 *
 * @param now the current time in milliseconds since 1970; default: the clock's.
 * @returns the indexes of the selected images, and a decision for every image, in order.
 * @throws {InvalidPolicyError}
 * @throws {TypeError} with the `code` `images.shape` if an image has no repository.
 */
export function selectImages(
  policy: Policy | null,
  images: readonly Image[],
  now?: number,
): { selected: number[]; decisions: Decision[] };
