/**
 * Bowline's rules for container-registry connections, in WebAssembly: the same crate that the server runs.
 *
 * Call {@link ready} once; after that every function is synchronous. Works in browsers, workers and Node >= 20.
 */

import type { AuthIds, ProviderId } from "./ids.js";

export type { AuthIds, ProviderId };

/** One of these, or what somebody typed: an unknown one is a finding. */
type Known<Id extends string> = Id | (string & Record<never, never>);

/**
 * What {@link ready} can take the module from, where the default (the file beside this one) does not fit. The object is a
 * compiled `WebAssembly.Module`, whose type is in TypeScript's DOM library alone.
 */
export type ModuleSource = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | object;

/** What {@link ready} can take the provider table from, where the default does not fit: the table, or where it is. */
export type TableSource = readonly Provider[] | string | URL | Request | Response;

/**
 * Loads the module and the provider table. Calling it again returns the same promise.
 *
 * @param source where the `.wasm` is; left out, it is the file in this package.
 * @param table where `providers.json` is; left out, it is the file in this package.
 * @throws (rejects) when one of them cannot be loaded; the next call tries again.
 */
export function ready(source?: ModuleSource | Promise<Response>, table?: TableSource): Promise<void>;

/** A connection as it was typed; what is left out, `null` or empty is not filled in. */
export interface ConnectionForm {
  /** A provider's id, `docker-hub`. */
  provider?: Known<ProviderId> | null;
  /** What the customer calls it; 1-64 characters after trimming. */
  name?: string | null;
  description?: string | null;
  /** An auth method's id; left out, the provider's first. */
  auth?: Known<AuthIds[keyof AuthIds]> | null;
  purpose?: Purpose | "" | null;
  /** The auth method's fields by name. */
  values?: { [name: string]: string | boolean | number | null | undefined } | null;
  /** Token services (`host` or `host:port`) to which the credentials may go though they are not the registry's. */
  trustedAuthHosts?: string[] | null;
  /** When the credentials end, RFC 3339. */
  expiresAt?: string | null;
  /** An image to test with. */
  image?: string | null;
  /** Which images are pulled, and when. */
  policy?: Policy | null;
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
  detected: ProviderId | null;
}

export interface CheckFormOptions {
  /** Where given, a required field that is empty is reported only if it is one of these (`name`, `values.url`, …). */
  touched?: readonly string[] | undefined;
  /** Now, in milliseconds since 1970; left out, the clock's. */
  now?: number | undefined;
}

/**
 * Checks a form. Never throws for what was typed.
 *
 * @throws {TypeError} with the `code` `form.shape` where a member has another type than is declared, or holds what JSON
 * cannot hold.
 */
export function checkForm(form: ConnectionForm, options?: CheckFormOptions): Report;

/** A schema as the Standard Schema specification describes it (version 1), for what the form of a registry type is. */
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

/** The value is good; its provider is the schema's. */
export interface SchemaSuccess<Output> {
  readonly value: Output;
  readonly issues?: undefined;
}

/** What is wrong with the value. Warnings and hints are none of it. */
export interface SchemaFailure {
  readonly issues: readonly { readonly message: string; readonly path: readonly (string | number)[] }[];
}

/**
 * The form of a registry type as a Standard Schema, for libraries such as React Hook Form and TanStack Form. It says what
 * {@link checkForm} says.
 *
 * @throws {RangeError} when there is no such registry type.
 */
export function connectionForm<Id extends ProviderId>(provider: Id): ConnectionFormSchema<Id>;

/**
 * The JSON Schema (draft 2020-12) of a registry type's form: its members and values, which are required, titles and
 * examples. What only {@link checkForm} knows is not in it.
 *
 * @throws {RangeError} when there is no such registry type.
 */
export function jsonSchema(provider: ProviderId): { readonly [keyword: string]: unknown };

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
  /** The field that may be filled in instead: one of the two is needed. */
  readonly unless?: string;
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
  /** What to create at the vendor first, where it is the same for all. */
  readonly setup?: LoginSetup;
}

/**
 * What to create at the vendor before the first test. Texts hold placeholders: `{accountId}` is the AWS account of the
 * service, `{externalId}` the external ID that it has issued to the project.
 */
export interface LoginSetup {
  /** The name of a field that makes it unneeded once it is filled in. */
  readonly unless: string | null;
  /** What to do, in order. */
  readonly steps: readonly string[];
  /** What to paste, each under its title. */
  readonly snippets: readonly { readonly title: string; readonly text: string }[];
  /** The vendor's page about it. */
  readonly docsUrl: string;
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
  readonly id: ProviderId;
  readonly title: string;
  /** The vendor's page about its credentials. */
  readonly docsUrl: string;
  /** The part of a picker that it stands in. */
  readonly group: ProviderGroup;
  /** Its place in a picker: lower comes first. No two providers have the same. */
  readonly rank: number;
  /** The first is the default. */
  readonly auth: readonly AuthMethod[];
  readonly capabilities: Capabilities;
  /** How its notifications of pushes are set up; `null` where it has none. */
  readonly notifications: Notifications | null;
}

/** Registries of cloud providers, ones that their vendors host, ones that their users run, and any of a protocol. */
export type ProviderGroup = "cloud" | "hosted" | "self-hosted" | "generic";

/**
 * What to do at a product so that it notifies of its pushes. Texts hold the placeholders `{url}`, where the product
 * sends to, and `{authorization}`, the value of the header `Authorization` that it sends.
 */
export interface Notifications {
  /** What to do, in order. */
  readonly steps: readonly NotificationLine[];
  /** The lines to paste as a whole; empty where there is nothing to paste. */
  readonly snippet: readonly NotificationLine[];
  /** The vendor's page about it. */
  readonly docsUrl: string | null;
}

/** One step, or one line of a snippet. */
export interface NotificationLine {
  /** The text with its placeholders. */
  readonly text: string;
  /** Whether it is for every setup, or for those with the secret in a header, or in the URL. */
  readonly when: "always" | "authorization" | "no-authorization";
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

/** What {@link parsePattern} and {@link PatternSet} throw. */
export class InvalidPatternError extends Error {
  private constructor();
  /** Stable, dotted snake_case: `pattern.unclosed`, … */
  readonly code: string;
  /** The whole text that should be there instead, where there is one. */
  readonly suggestion: string | undefined;
  /** Where in the text it starts, in UTF-16 units. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** Which of a set's patterns it is; `undefined` where there is only one. */
  readonly index: number | undefined;
}

/** One half of a pattern. */
export interface PatternPart {
  /**
   * How it is compared: a `literal` is contained in the image's half, a `glob` is like the whole of it, and a `regex`
   * is found in it.
   */
  kind: "literal" | "glob" | "regex";
  /** As it was written; an expression without its slashes. */
  text: string;
}

/** A `name:tag` pattern, taken apart. */
export interface Pattern {
  /** What the repository must be like; `null` takes every one. */
  name: PatternPart | null;
  /** What the tag must be like; `null` takes every image, tagged or not. */
  tag: PatternPart | null;
  /** What is worth saying about it, in the field `pattern`: never an error. */
  findings: Finding[];
}

/**
 * Parses a pattern: `alpine`, `:4`, `team/*:v{1,2}.*`, `/^team\/(api|web)$/:/^v\d+$/`.
 *
 * @throws {InvalidPatternError}
 */
export function parsePattern(text: string): Pattern;

/** Why a {@link PatternSet} takes an image, or does not. */
export interface Explanation {
  /** Whether a pattern takes it. */
  taken: boolean;
  /** The place in the list of the first pattern that takes it, else of the first that matches a part of it. */
  pattern: number | null;
  /** Which parts of that pattern match. */
  matched: ("name" | "tag")[];
  /** Which part of that pattern does not. */
  missed: "name" | "tag" | null;
}

/**
 * A list of patterns, compiled once. It takes an image that any of them matches; an empty list takes none.
 *
 * It lives in the module's memory until it is garbage, or until `free()`.
 */
export class PatternSet {
  /** @throws {InvalidPatternError} whose `index` says which of them is no pattern. */
  constructor(patterns: Iterable<string>);
  /** Whether a pattern matches the image: `team/api`, `alpine:3.20`, `alpine:3.20@sha256:…`. */
  matches(image: string): boolean;
  /** Which pattern decides about the image, and by which part. */
  explain(image: string): Explanation;
  /** The places of the images that a pattern matches, in order. Made for lists of 100,000 names. */
  filter(images: readonly string[]): Uint32Array;
  /** Gives its memory back at once; it must not be used any more. Also `Symbol.dispose`, where there is one. */
  free(): void;
}

/** A pull policy; what is left out or `null` is the default. */
export interface Policy {
  /** `automatic` pulls every day; `manual`, the default, only what is asked for. */
  mode?: "manual" | "automatic" | null;
  /** When the daily pull begins, `02:30`. */
  at?: string | null;
  /** Where it is that time: a name of the IANA database; the default is `UTC`. */
  timezone?: string | null;
  /** When images that were pulled before are pulled again: `never`, the default, whenever something `new` is pulled, or `always`. `false` and `true` are read as the first two. */
  rescanExisting?: "never" | "new" | "always" | boolean | null;
  /** Patterns of what is taken; empty takes everything. */
  include?: readonly string[] | null;
  /** What must hold for it besides. */
  condition?: Condition | null;
  /** Patterns of what is never taken. */
  never?: readonly string[] | null;
  /** Patterns of what is taken whatever `include` and `condition` say. */
  always?: readonly string[] | null;
  /** Whether images that are gone from the registry are forgotten. */
  cleanup?: boolean | null;
  /** Whether the registry announces pushes. */
  events?: boolean | null;
  /** Whether the registry holds images back until they are released. */
  quarantine?: boolean | null;
  /** Whether image streams are listed. */
  imageStreams?: boolean | null;
  /** Who scans: whoever asks first, or one of those named. */
  scanner?: { kind: "any" } | { kind: "specific"; names: readonly string[] } | null;
  /** How long a scan may take, in seconds. */
  scanTimeoutSeconds?: number | null;
}

/** What must hold for an image besides the patterns. */
export type Condition =
  | { kind: "none" }
  /** It was created at most so long ago: 60 days if nothing else is said; months and years are the calendar's. */
  | { kind: "created-within"; amount?: number | null; unit?: "days" | "weeks" | "months" | "years" | null }
  /** It is one of so many newest digests of its repository. */
  | { kind: "latest"; count: number };

/** What a policy's check found. */
export interface PolicyReport {
  /** Whether there is no error among the findings. */
  valid: boolean;
  /** In fields such as `policy.include.0`. */
  findings: Finding[];
}

/**
 * Checks a policy. Never throws for what was typed.
 *
 * @throws {TypeError} with the `code` `policy.shape` where the policy holds what JSON cannot hold.
 * @param provider the id of the provider whose registry it is for; left out, what depends on it is not judged.
 * @param host the registry's host, with its port, which a pattern should not name.
 */
export function checkPolicy(policy: Policy | null, provider?: string | null, host?: string | null): PolicyReport;

/**
 * An image of an inventory. Times are RFC 3339, milliseconds since 1970 or a Date; what is no time is as good as missing.
 */
export interface Image {
  /** The repository's path, without the host. */
  repository: string;
  tag?: string | null;
  /** The manifest's digest; two tags of one digest are one image. */
  digest?: string | null;
  /** When it was built. */
  createdAt?: string | number | Date | null;
  /** When it was pushed: what counts where the build's date says nothing. */
  pushedAt?: string | number | Date | null;
  /** When it was first listed: what counts where there is no push date either. */
  firstSeen?: string | number | Date | null;
  /** The artifact's media type, where it is no image. */
  artifactType?: string | null;
}

/** What was decided about an image. */
export interface Decision {
  /** Whether it is due. */
  selected: boolean;
  /** What decided: a list of patterns, the condition, or that it is a signature or another artifact. */
  by: "artifact" | "never" | "include" | "condition" | "always";
  /** The place in that list of the pattern that decided; `null` where none did. */
  pattern: number | null;
}

/** What {@link selectImages} throws. */
export class InvalidPolicyError extends Error {
  private constructor();
  /** The first error's code: `policy.choice`, … */
  readonly code: string;
  /** All that was found. */
  readonly findings: Finding[];
}

/**
 * Says of every image whether the policy selects it, and what decided.
 *
 * @param now in milliseconds since 1970; left out, the clock's.
 * @returns the places of the selected images, and a decision for every image, in order.
 * @throws {InvalidPolicyError}
 * @throws {TypeError} with the `code` `images.shape` where an image has no repository.
 */
export function selectImages(
  policy: Policy | null,
  images: readonly Image[],
  now?: number,
): { selected: number[]; decisions: Decision[] };
