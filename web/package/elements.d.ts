/**
 * Bowline's custom elements. Importing this module defines them. They render the rules of the module `bowline` and use
 * the API through a client.
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

/** `bowline-change`: the form and its report. The form contains the secrets as typed. */
export interface ChangeDetail {
  readonly form: ConnectionForm;
  readonly report: Report;
}

/** `bowline-saved`: the stored connection. */
export interface SavedDetail {
  readonly connection: Connection;
}

/** `bowline-select`: the open connection, or none. */
export interface SelectDetail {
  readonly id: string | null;
}

/** `bowline-open`: the user opens a part of a connection. `copy` starts a new connection from it. */
export interface OpenDetail {
  readonly id: string;
  readonly place: "policy" | "images" | "use" | "credentials" | "copy";
}

/** `bowline-policy`: the current policy and its report. */
export interface PolicyDetail {
  readonly policy: Policy;
  readonly report: PolicyReport;
}

/** `bowline-synced`: a sync of the connection has ended. */
export interface SyncedDetail {
  readonly sync: Sync;
}

/** `bowline-trust`: the user consents to sending credentials to this token service. */
export interface TrustDetail {
  readonly host: string;
}

/** The source of a registry's real images for a pattern tester. */
export type ImageSource = (signal: AbortSignal) => Promise<{ readonly images: readonly Image[]; readonly complete: boolean }>;

/** `<bowline-connection-form>`: connects a registry, or replaces a connection's credentials. Form-associated. */
export class BowlineConnectionForm extends HTMLElement {
  /** Tests and saves. Without it, the form only reports changes. With `service` and `settings`, it shows more before the first test. */
  client: (ConnectionsClient & Partial<Pick<ProjectClient, "service" | "settings">>) | null;
  /** The initial choice. */
  provider: string;
  auth: string;
  /** The initial values. */
  template: ConnectionForm | null;
  /** The connection to replace the credentials of. */
  connection: Connection | null;
  /** Unsaved input to restore. */
  restored: ConnectionForm | null;
  readonly value: ConnectionForm;
  readonly report: Report;
  /** Whether there is unsaved input. */
  readonly unsaved: boolean;
}

/** `<bowline-check-result>`: a running connection test and its result. */
export class BowlineCheckResult extends HTMLElement {
  steps: readonly Step[];
  check: Check | null;
  error: ApiError | null;
  running: boolean;
  cancelled: boolean;
  stale: boolean;
  consent: boolean;
  commands: readonly string[];
  /** Shows only the result and the failed step of a finished test, with a button for the rest. */
  brief: boolean;
}

/** `<bowline-connection-list>`: a project's connections. */
export class BowlineConnectionList extends HTMLElement {
  client: ConnectionsClient | null;
  may: { readonly write: boolean; readonly delete: boolean };
  selected: string;
  /** The reason why no connection can be added, such as a plan's limit. The slot `closed` says what to do. */
  closed: string;
  reload(): Promise<void>;
}

/** `<bowline-policy-form>`: a pull policy. Form-associated. */
export class BowlinePolicyForm extends HTMLElement {
  policy: Policy | null;
  provider: string;
  host: string;
  scanners: readonly string[];
  /** Shows the policy without editing. */
  readonly: boolean;
  readonly report: PolicyReport;
  /** Adds typed patterns and returns whether there is no error. */
  complete(): Promise<boolean>;
}

/** `<bowline-pattern-tester>`: the images of a list that match patterns or a policy. */
export class BowlinePatternTester extends HTMLElement {
  policy: Policy | null;
  patterns: readonly string[] | null;
  images: readonly Image[] | null;
  source: ImageSource | null;
  readonly decisions: readonly Decision[];
}

/** `<bowline-policy-editor>`: a connection's policy with a live tester. */
export class BowlinePolicyEditor extends HTMLElement {
  client: (ConnectionsClient & Partial<Pick<PullingClient, "scanners">>) | null;
  connection: Connection | null;
  readonly: boolean;
  /** Unsaved rules to restore, and the rules that they started from. */
  restored: { readonly policy: Policy | null; readonly from: Policy | null } | null;
  readonly unsaved: boolean;
}

/** `<bowline-image-browser>`: the repositories and tags that a connection can reach. */
export class BowlineImageBrowser extends HTMLElement {
  client: ConnectionsClient | null;
  connection: Connection | null;
}

/** `<bowline-audit-log>`: who changed a connection, and who got its credentials. */
export class BowlineAuditLog extends HTMLElement {
  client: AuditClient | null;
  connection: Connection | null;
}

/** `<bowline-sync-panel>`: a connection's last sync, a running sync, and a button to start one. */
export class BowlineSyncPanel extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
}

/** `<bowline-inventory>`: a connection's images with their state. */
export class BowlineInventory extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
  reload(): Promise<void>;
}

/** `<bowline-scan-list>`: a connection's scans with their state and result. */
export class BowlineScanList extends HTMLElement {
  client: PullingClient | null;
  connection: Connection | null;
  readonly: boolean;
}

/** `<bowline-event-setup>`: a connection's webhook with its setup steps. */
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

/** `<bowline-job-snippets>`: snippets for jobs that pull with a connection's credentials. */
export class BowlineJobSnippets extends HTMLElement {
  connection: Connection | null;
  /** The URL of the API; default: `/v1` on the page's origin. */
  api: string;
}

/** `<bowline-project-settings>`: the defaults for a project's connections. */
export class BowlineProjectSettings extends HTMLElement {
  client: Pick<ProjectClient, "saveSettings" | "settings"> | null;
  readonly: boolean;
}

/** `<bowline-project-notices>`: a project's notices: their URL and kinds. */
export class BowlineProjectNotices extends HTMLElement {
  client: Pick<ProjectClient, "changeNotices" | "endNotices" | "notices"> | null;
  readonly: boolean;
}

/** `<bowline-project-audit>`: a project's activity and its export. */
export class BowlineProjectAudit extends HTMLElement {
  client: Pick<ProjectClient, "projectAudit"> | null;
  /** Used in the name of the exported file. */
  project: string;
  /** Returns the URL of a connection by its id. */
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
