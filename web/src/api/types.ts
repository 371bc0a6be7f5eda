/** The JSON of the HTTP API: what `/v1` answers. Names and shapes are the API's. */

import type { Decision, Finding, Image, Policy, Purpose } from "bowline";

/** The steps of a check, in the order in which they happen. */
export const STEPS = ["reach", "authenticate", "catalog", "tags", "manifest", "pull"] as const;

export type StepName = (typeof STEPS)[number];
export type StepStatus = "passed" | "failed" | "skipped";

/** One step of a check. */
export interface Step {
  readonly step: StepName;
  readonly status: StepStatus;
  readonly elapsedMs?: number | null;
  readonly detail?: string | null;
}

/** Why a check or a sync failed, or what it warns of. */
export interface CheckProblem {
  readonly code: string;
  readonly title: string;
  readonly detail?: string | null;
  readonly hint?: string | null;
  /** The form's field to fix, `values.password`. */
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
  readonly rateLimit?: {
    readonly limit?: number | null;
    readonly remaining?: number | null;
    readonly windowSeconds?: number | null;
  } | null;
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

/** The last check of a stored connection. */
export interface LastCheck {
  readonly at: string;
  readonly ok: boolean;
  readonly proved: Proof;
  readonly problem?: CheckProblem | null;
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
  readonly lastCheck: LastCheck | null;
}

/** Somebody that says that it uses a connection, a pipeline say, until it lapses. */
export interface Use {
  readonly consumer: string;
  readonly title?: string | null;
  readonly until?: string | null;
}

/** A change of a connection, or a hand-out of its credentials. */
export interface AuditEntry {
  /** `create`, `update`, `credentials`, `hand-out`, `refused`, …; a newer server may write others. */
  readonly action: string;
  /** The version that the connection had then. */
  readonly version: number;
  /** The fields that changed, each `[before, after]`. Secrets are none of them. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly at: string;
  /** Whose token it was. */
  readonly subject: string;
  /** From which address, where it is known. */
  readonly from: string | null;
  readonly requestId: string;
}

/** An entry in the audit of a whole project. */
export interface ProjectAuditEntry extends AuditEntry {
  /** Its number in the project: 1, 2, … without a gap. */
  readonly number: number;
  /** The id of the connection; `null` where it is about the project. */
  readonly connection: string | null;
}

/** A part of a project's audit, in order. */
export interface ProjectAudit {
  readonly items: readonly ProjectAuditEntry[];
  /** Asks for what follows, now or later; nothing follows where `items` is empty. */
  readonly next: string | null;
  /** The end of the audit, with the hash that stands for all that is before it. */
  readonly head?: unknown;
}

/** What a form has to tell of the service before anything is tried. */
export interface ServiceFacts {
  /** The addresses that requests to registries come from, for customers with a firewall. */
  readonly egressAddresses: readonly string[];
  /** The AWS account that assumes customers' roles; `null` where there is none. */
  readonly awsAccountId: string | null;
  /** The issuer of the tokens with which the service signs in without a secret. */
  readonly issuer?: string | null;
}

/** The settings of a project. */
export interface Settings {
  /** How long a scan may take. */
  readonly scanTimeoutSeconds: number;
  /** How many images of a repository are kept; `null` keeps all. */
  readonly keepNewest: number | null;
  /** The external ID that the service assumes the project's AWS roles with. Issued once, never changed. */
  readonly awsExternalId: string;
  readonly version: number;
  readonly updatedAt: string;
}

/** What a project can be told of. */
export const NOTICE_KINDS = [
  "connection.failing", "connection.recovered", "credentials.expiring", "credentials.old", "sync.failed", "scan.set_aside",
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Where a project is told, and how that goes. */
export interface NoticeEndpoint {
  /** `null` where the project is told nothing. */
  readonly url: string | null;
  readonly kinds: readonly NoticeKind[];
  readonly updatedAt: string | null;
  readonly lastDeliveredAt: string | null;
  /** Why the last try failed. */
  readonly problem: string | null;
  /** How many notices are still to be delivered. */
  readonly pending: number;
  /** How many could not be delivered for a day, of the last week. */
  readonly setAside: number;
}

/** The same, the one time that a new secret is told. */
export interface ChangedNoticeEndpoint extends NoticeEndpoint {
  readonly secret?: string;
}

/** What a connection reaches: names of repositories, or of a repository's tags. */
export interface Listing {
  readonly items: readonly { readonly name: string }[];
  /** Whether that is all of them. */
  readonly complete: boolean;
}

/** What a policy selects of a registry's images. */
export interface Selection {
  readonly images: readonly Image[];
  /** In the order of the images. */
  readonly decisions: readonly Decision[];
  readonly complete: boolean;
}

/** A page of a list; `next` asks for the one after it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
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
