/**
 * Bowline's custom elements. Importing this module defines them; they render what the module `bowline` knows and talk
 * to the API through a client.
 *
 * They need neither a framework nor a global style, and under a strict Content-Security-Policy only
 * `'wasm-unsafe-eval'`.
 */

import type { ConnectionForm, Decision, Image, LoginSetup, Policy, PolicyReport, Report } from "./index.js";
import type { AuditClient, ConnectionsClient, ProjectClient } from "./types/api/client.js";
import type { ApiError } from "./types/api/problem.js";
import type { PullingClient, Sync } from "./types/api/pulling.js";
import type { Check, Connection, Step } from "./types/api/types.js";

export { HttpClient } from "./types/api/client.js";
export type {
  AuditClient,
  CheckOptions,
  ClientOptions,
  ConnectionChange,
  ConnectionsClient,
  ListOptions,
  PageOptions,
  ProjectClient,
  Version,
} from "./types/api/client.js";
export { ApiError } from "./types/api/problem.js";
export type * from "./types/api/pulling.js";
export type * from "./types/api/types.js";
export { text as messages, setMessages } from "./types/messages.js";
export type { FieldWords, MessageOverrides, Messages, ProblemWords, ProviderWords } from "./types/messages.js";
export type { Announcement, Instructions } from "./types/pulling/notifications.js";

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
  readonly place: "policy" | "images" | "use" | "credentials" | "copy";
}

/** `bowline-policy`: the policy as it is now, and what was found in it. */
export interface PolicyDetail {
  readonly policy: Policy;
  readonly report: PolicyReport;
}

/** `bowline-synced`: a sync of the connection has ended. */
export interface SyncedDetail {
  readonly sync: Sync;
}

/** `bowline-trust`: somebody consents to sending credentials to this token service. */
export interface TrustDetail {
  readonly host: string;
}

/** Where a pattern tester gets a registry's real images from. */
export type ImageSource = (signal: AbortSignal) => Promise<{ readonly images: readonly Image[]; readonly complete: boolean }>;

/** `<bowline-connection-form>`: connects a registry, or replaces a connection's credentials. Form-associated. */
export class BowlineConnectionForm extends HTMLElement {
  /** Tests and saves; without it the form only reports changes. With `service` and `settings` it tells more before the first test. */
  client: (ConnectionsClient & Partial<Pick<ProjectClient, "service" | "settings">>) | null;
  /** What is chosen at first. */
  provider: string;
  auth: string;
  /** What it is filled in with at first. */
  template: ConnectionForm | null;
  /** Whose credentials it replaces. */
  connection: Connection | null;
  /** What was typed before and not saved. */
  restored: ConnectionForm | null;
  readonly value: ConnectionForm;
  readonly report: Report;
  /** Whether there is something that leaving would lose. */
  readonly unsaved: boolean;
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
  /** Once it has ended, what it came to and the step that failed stand first; the rest is shown when asked for. */
  brief: boolean;
}

/** `<bowline-connection-list>`: a project's connections. */
export class BowlineConnectionList extends HTMLElement {
  client: ConnectionsClient | null;
  may: { readonly write: boolean; readonly delete: boolean };
  selected: string;
  /** Why no connection can be added now, as by a plan; the slot `closed` says what to do about it. */
  closed: string;
  reload(): Promise<void>;
}

/** `<bowline-policy-form>`: a pull policy. Form-associated. */
export class BowlinePolicyForm extends HTMLElement {
  policy: Policy | null;
  provider: string;
  host: string;
  scanners: readonly string[];
  /** To be looked at only. */
  readonly: boolean;
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
  client: (ConnectionsClient & Partial<Pick<PullingClient, "scanners">>) | null;
  connection: Connection | null;
  readonly: boolean;
  /** Rules that were typed before and not saved, and the rules that they were made from. */
  restored: { readonly policy: Policy | null; readonly from: Policy | null } | null;
  readonly unsaved: boolean;
}

/** `<bowline-image-browser>`: what a connection reaches. */
export class BowlineImageBrowser extends HTMLElement {
  client: ConnectionsClient | null;
  connection: Connection | null;
}

/** `<bowline-audit-log>`: who changed what of a connection, and who got its credentials. */
export class BowlineAuditLog extends HTMLElement {
  client: AuditClient | null;
  connection: Connection | null;
}

/** `<bowline-sync-panel>`: the last sync of a connection, one that runs, and the button that starts one. */
export class BowlineSyncPanel extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
}

/** `<bowline-inventory>`: a connection's images with what is known of each. */
export class BowlineInventory extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
  reload(): Promise<void>;
}

/** `<bowline-scan-list>`: what waits for a scanner, what one has, and what came of it. */
export class BowlineScanList extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
}

/** `<bowline-event-setup>`: where a registry announces its pushes, and what to paste there. */
export class BowlineEventSetup extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
}

/** `<bowline-login-setup>`: what to create at the vendor before a login works. */
export class BowlineLoginSetup extends HTMLElement {
  client: Pick<ProjectClient, "service" | "settings"> | null;
  setup: LoginSetup | null;
}

/** `<bowline-job-snippets>`: what a job runs to pull with a connection's credentials. */
export class BowlineJobSnippets extends HTMLElement {
  connection: Connection | null;
  /** The API's address; default `/v1` of the page's origin. */
  api: string;
}

/** `<bowline-project-settings>`: what holds for connections whose rules say nothing else. */
export class BowlineProjectSettings extends HTMLElement {
  client: Pick<ProjectClient, "saveSettings" | "settings"> | null;
  readonly: boolean;
}

/** `<bowline-project-notices>`: where a project is told of what happens by itself, and of what. */
export class BowlineProjectNotices extends HTMLElement {
  client: Pick<ProjectClient, "changeNotices" | "endNotices" | "notices"> | null;
  readonly: boolean;
}

/** `<bowline-project-audit>`: who did what in a project, and its export. */
export class BowlineProjectAudit extends HTMLElement {
  client: Pick<ProjectClient, "projectAudit"> | null;
  /** Names the exported file. */
  project: string;
  /** The address of a connection's place, by its id. */
  place: ((id: string) => string) | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-login-setup": BowlineLoginSetup;
    "bowline-job-snippets": BowlineJobSnippets;
    "bowline-project-notices": BowlineProjectNotices;
    "bowline-project-settings": BowlineProjectSettings;
    "bowline-project-audit": BowlineProjectAudit;
    "bowline-connection-form": BowlineConnectionForm;
    "bowline-audit-log": BowlineAuditLog;
    "bowline-check-result": BowlineCheckResult;
    "bowline-connection-list": BowlineConnectionList;
    "bowline-policy-form": BowlinePolicyForm;
    "bowline-pattern-tester": BowlinePatternTester;
    "bowline-policy-editor": BowlinePolicyEditor;
    "bowline-image-browser": BowlineImageBrowser;
    "bowline-sync-panel": BowlineSyncPanel;
    "bowline-inventory": BowlineInventory;
    "bowline-scan-list": BowlineScanList;
    "bowline-event-setup": BowlineEventSetup;
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
    "bowline-synced": CustomEvent<SyncedDetail>;
    "bowline-queued": CustomEvent<undefined>;
    "bowline-signed-out": CustomEvent<undefined>;
  }
}
