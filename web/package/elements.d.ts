/**
 * Bowline's custom elements. Importing this module defines them; they render what the module `bowline` knows and talk
 * to the API through a client.
 *
 * They need neither a framework nor a global style, and under a strict Content-Security-Policy only
 * `'wasm-unsafe-eval'`.
 */

import type { ConnectionForm, Decision, Finding, Image, Policy, PolicyReport, Purpose, Report } from "./index.js";

/** The steps of a check, in the order in which they happen. */
export type StepName = "reach" | "authenticate" | "catalog" | "tags" | "manifest" | "pull";

/** One step of a check. */
export interface Step {
  readonly step: StepName;
  readonly status: "passed" | "failed" | "skipped";
  readonly elapsedMs?: number | null;
  readonly detail?: string | null;
}

/** Why a check failed, or what it warns of. */
export interface CheckProblem {
  readonly code: string;
  readonly title: string;
  readonly detail?: string | null;
  readonly hint?: string | null;
  /** The form's field to mend, `values.password`. */
  readonly field?: string | null;
}

/** What a check learned. */
export interface Facts {
  readonly server?: string | null;
  readonly apiVersion?: string | null;
  /** Whether its repositories can be listed. */
  readonly catalog?: "listed" | "unlistable" | "unknown";
  readonly scheme?: string | null;
  readonly realm?: string | null;
  readonly image?: string | null;
  readonly digest?: string | null;
  readonly canPush?: "yes" | "no" | "unknown";
  readonly tokenExpiresAt?: string | null;
  readonly rateLimit?: { readonly limit?: number | null; readonly remaining?: number | null; readonly windowSeconds?: number | null } | null;
}

/** How far a check got. */
export type Proof = "none" | "reach" | "login" | "pull";

/** The outcome of testing a connection. */
export interface Check {
  readonly ok: boolean;
  readonly proved: Proof;
  readonly steps: readonly Step[];
  readonly problem?: CheckProblem | null;
  readonly facts?: Facts | null;
  readonly warnings?: readonly CheckProblem[];
}

/** A stored connection. Secrets are named, never given. */
export interface Connection {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly description: string;
  readonly provider: string;
  readonly auth: string;
  readonly purpose: Purpose;
  readonly endpoint: string;
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly policy: Policy | null;
  readonly trustedAuthHosts: readonly string[];
  readonly image: string;
  readonly uses: readonly Use[];
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly credentialsChangedAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly lastCheck: { readonly at: string; readonly ok: boolean; readonly proved: Proof; readonly problem?: CheckProblem | null } | null;
}

/** Somebody that says that it uses a connection, until it lapses. */
export interface Use {
  readonly consumer: string;
  readonly title?: string | null;
  readonly until?: string | null;
}

/** A page of a list. */
export interface ConnectionPage {
  readonly items: readonly Connection[];
  readonly next: string | null;
}

/** Repositories, or a repository's tags. */
export interface Listing {
  readonly items: readonly { readonly name: string }[];
  readonly complete: boolean;
}

/** What a policy selects of a registry's images. */
export interface Selection {
  readonly images: readonly Image[];
  readonly decisions: readonly Decision[];
  readonly complete: boolean;
}

export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Called with each step as it ends. */
  readonly onStep?: (step: Step) => void;
}

export interface ListOptions {
  readonly search?: string;
  readonly cursor?: string;
  readonly limit?: number;
  /** A provider's id. */
  readonly provider?: string;
  readonly signal?: AbortSignal;
}

/** A version of a connection: what a change is based on. */
export type Version = Pick<Connection, "id" | "version">;

/** What the elements need of the API. A product may bring its own, to its own backend. */
export interface ConnectionsClient {
  check(form: ConnectionForm, options?: CheckOptions): Promise<Check>;
  recheck(id: string, options?: CheckOptions): Promise<Check>;
  list(options?: ListOptions): Promise<ConnectionPage>;
  /** Keeps a connection; with `verify` only if its check passes. */
  create(form: ConnectionForm, options: { verify: boolean; signal?: AbortSignal }): Promise<Connection>;
  read(id: string, signal?: AbortSignal): Promise<Connection>;
  edit(connection: Version, change: { readonly name?: string; readonly policy?: Policy | null }): Promise<Connection>;
  /** Gives it other credentials; all secrets anew. */
  rotate(connection: Version, form: ConnectionForm, options: { verify: boolean }): Promise<Connection>;
  remove(id: string, options?: { force?: boolean }): Promise<void>;
  repositories(id: string, search?: string, signal?: AbortSignal): Promise<Listing>;
  tags(id: string, repository: string, signal?: AbortSignal): Promise<Listing>;
  selection(id: string, policy: Policy | null, signal?: AbortSignal): Promise<Selection>;
}

export interface ClientOptions {
  /** Where the API is, without a trailing slash; default `/v1` of the page's origin. */
  readonly base?: string;
  /** The project whose connections these are. */
  readonly project: string;
  /** Gives the sign-in token for each request. */
  readonly token: () => string | null;
  /** Default the browser's. */
  readonly fetch?: typeof fetch;
}

/** The client of Bowline's own API. Its methods throw {@link ApiError}, or an `AbortError` when cancelled. */
export class HttpClient implements ConnectionsClient {
  constructor(options: ClientOptions);
  check(form: ConnectionForm, options?: CheckOptions): Promise<Check>;
  recheck(id: string, options?: CheckOptions): Promise<Check>;
  list(options?: ListOptions): Promise<ConnectionPage>;
  create(form: ConnectionForm, options: { verify: boolean; signal?: AbortSignal }): Promise<Connection>;
  read(id: string, signal?: AbortSignal): Promise<Connection>;
  edit(connection: Version, change: { readonly name?: string; readonly policy?: Policy | null }): Promise<Connection>;
  rotate(connection: Version, form: ConnectionForm, options: { verify: boolean }): Promise<Connection>;
  remove(id: string, options?: { force?: boolean }): Promise<void>;
  repositories(id: string, search?: string, signal?: AbortSignal): Promise<Listing>;
  tags(id: string, repository: string, signal?: AbortSignal): Promise<Listing>;
  selection(id: string, policy: Policy | null, signal?: AbortSignal): Promise<Selection>;
}

/** RFC 9457 problem details with Bowline's members. */
export interface ProblemDetails {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly code?: string;
  readonly field?: string | null;
  readonly requestId?: string;
  readonly findings?: readonly Finding[];
  readonly check?: Check;
}

/** A refused or failed request; a client of a product's own throws it too, so that the elements can say what was wrong. */
export class ApiError extends Error {
  constructor(problem: ProblemDetails, status: number, retryAfter?: number);
  readonly code: string;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly detail: string;
  readonly field: string | undefined;
  readonly findings: readonly Finding[];
  readonly check: Check | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
}

/** `bowline-change`: the form and what the module says of it. It holds the secrets as typed. */
export interface ChangeDetail {
  readonly form: ConnectionForm;
  readonly report: Report;
}

/** `bowline-saved`: what the server keeps. */
export interface SavedDetail {
  readonly connection: Connection;
}

/** `bowline-select`: which connection stands open, or none. */
export interface SelectDetail {
  readonly id: string | null;
}

/** `bowline-open`: somebody goes to a place of a connection; `copy` starts a new one from it. */
export interface OpenDetail {
  readonly id: string;
  readonly place: "policy" | "images" | "credentials" | "copy";
}

/** `bowline-policy`: the policy as it is now, and what was found in it. */
export interface PolicyDetail {
  readonly policy: Policy;
  readonly report: PolicyReport;
}

/** `bowline-trust`: somebody consents to sending credentials to this token service. */
export interface TrustDetail {
  readonly host: string;
}

/** Where a pattern tester gets a registry's real images from. */
export type ImageSource = (signal: AbortSignal) => Promise<{ readonly images: readonly Image[]; readonly complete: boolean }>;

/** `<bowline-connection-form>`: connects a registry, or replaces a connection's credentials. Form-associated. */
export class BowlineConnectionForm extends HTMLElement {
  /** Tests and saves; without it the form only reports changes. */
  client: ConnectionsClient | null;
  /** What is chosen at first. */
  provider: string;
  auth: string;
  /** What it is filled in with at first. */
  template: ConnectionForm | null;
  /** Whose credentials it replaces. */
  connection: Connection | null;
  readonly value: ConnectionForm;
  readonly report: Report;
}

/** `<bowline-check-result>`: a connection test while it runs, and what it found. */
export class BowlineCheckResult extends HTMLElement {
  steps: readonly Step[];
  check: Check | null;
  error: ApiError | null;
  running: boolean;
  cancelled: boolean;
  stale: boolean;
  consent: boolean;
  commands: readonly string[];
}

/** `<bowline-connection-list>`: a project's connections. */
export class BowlineConnectionList extends HTMLElement {
  client: ConnectionsClient | null;
  may: { readonly write: boolean; readonly delete: boolean };
  selected: string;
  reload(): Promise<void>;
}

/** `<bowline-policy-form>`: a pull policy. Form-associated. */
export class BowlinePolicyForm extends HTMLElement {
  policy: Policy | null;
  provider: string;
  host: string;
  scanners: readonly string[];
  readonly report: PolicyReport;
  /** Takes in what was typed but not added yet; whether there is no error. */
  complete(): Promise<boolean>;
}

/** `<bowline-pattern-tester>`: what patterns, or a policy, take of a list of images. */
export class BowlinePatternTester extends HTMLElement {
  policy: Policy | null;
  patterns: readonly string[] | null;
  images: readonly Image[] | null;
  source: ImageSource | null;
  readonly decisions: readonly Decision[];
}

/** `<bowline-policy-editor>`: a connection's policy with the tester beside it. */
export class BowlinePolicyEditor extends HTMLElement {
  client: ConnectionsClient | null;
  connection: Connection | null;
  readonly: boolean;
  readonly unsaved: boolean;
}

/** `<bowline-image-browser>`: what a connection reaches. */
export class BowlineImageBrowser extends HTMLElement {
  client: ConnectionsClient | null;
  connection: Connection | null;
}

/** Texts by area and name, and `findings` and `problems` by code: see the package's page. */
export interface MessageOverrides {
  readonly findings?: { readonly [code: string]: (finding: Finding) => string };
  readonly problems?: { readonly [code: string]: (problem: CheckProblem) => { title: string; detail?: string; hint?: string } };
  readonly [area: string]: object | undefined;
}

/** Replaces some of the elements' texts; call it before they are shown. */
export function setMessages(overrides: MessageOverrides): void;

declare global {
  interface HTMLElementTagNameMap {
    "bowline-connection-form": BowlineConnectionForm;
    "bowline-check-result": BowlineCheckResult;
    "bowline-connection-list": BowlineConnectionList;
    "bowline-policy-form": BowlinePolicyForm;
    "bowline-pattern-tester": BowlinePatternTester;
    "bowline-policy-editor": BowlinePolicyEditor;
    "bowline-image-browser": BowlineImageBrowser;
  }
  interface HTMLElementEventMap {
    "bowline-change": CustomEvent<ChangeDetail>;
    "bowline-saved": CustomEvent<SavedDetail>;
    "bowline-replace": CustomEvent<undefined>;
    "bowline-select": CustomEvent<SelectDetail>;
    "bowline-open": CustomEvent<OpenDetail>;
    "bowline-add": CustomEvent<undefined>;
    "bowline-policy": CustomEvent<PolicyDetail>;
    "bowline-judged": CustomEvent<undefined>;
    "bowline-trust": CustomEvent<TrustDetail>;
    "bowline-signed-out": CustomEvent<undefined>;
  }
}
