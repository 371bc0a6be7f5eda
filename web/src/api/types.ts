/** The types of the HTTP API's JSON. */

import type { Decision, Finding, Image, Policy, Purpose } from "bowline";

/** The steps of a check, in order. */
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

/** Why a check or a sync failed, or a warning. */
export interface CheckProblem {
  readonly code: string;
  readonly title: string;
  readonly detail?: string | null;
  readonly hint?: string | null;
  /** The form's field to fix, such as `values.password`. */
  readonly field?: string | null;
}

/** The facts that a check learned. */
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

/** How much a check proved. */
export type Proof = "none" | "reach" | "login" | "pull";

/** The result of a connection test. */
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

/** A stored connection. It has the names of secrets, never their values. */
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

/** A consumer, such as a pipeline, that uses a connection until the use expires. */
export interface Use {
  readonly consumer: string;
  readonly title?: string | null;
  readonly until?: string | null;
}

/** A change of a connection, or a use of its credentials. */
export interface AuditEntry {
  /** `create`, `update`, `credentials`, `hand-out`, `refused`, …; a newer server may write others. */
  readonly action: string;
  /** The connection's version at that time. */
  readonly version: number;
  /** The changed fields, each as `[before, after]`, without secrets. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly at: string;
  /** The subject of the token. */
  readonly subject: string;
  /** The caller's address, if it is known. */
  readonly from: string | null;
  readonly requestId: string;
}

/** An entry in the audit of a whole project. */
export interface ProjectAuditEntry extends AuditEntry {
  /** Its number in the project: 1, 2, … without a gap. */
  readonly number: number;
  /** The id of the connection; `null` for the project. */
  readonly connection: string | null;
}

/** A part of a project's audit, in order. */
export interface ProjectAudit {
  readonly items: readonly ProjectAuditEntry[];
  /** The cursor of the next part. If `items` is empty, there is nothing more yet. */
  readonly next: string | null;
  /** The end of the audit, with a hash over everything before it. */
  readonly head?: unknown;
}

/** Facts about the service for the form. */
export interface ServiceFacts {
  /** The addresses that requests to registries come from, for customers with a firewall. */
  readonly egressAddresses: readonly string[];
  /** The AWS account that assumes customers' roles; `null` if there is none. */
  readonly awsAccountId: string | null;
  /** The issuer of the tokens with which the service signs in without a secret. */
  readonly issuer?: string | null;
}

/** The settings of a project. */
export interface Settings {
  /** The time limit of a scan. */
  readonly scanTimeoutSeconds: number;
  /** The number of images to keep in a repository; `null` keeps all. */
  readonly keepNewest: number | null;
  /** The external ID for the project's AWS roles. It never changes. */
  readonly awsExternalId: string;
  readonly version: number;
  readonly updatedAt: string;
}

/** The kinds of notices. */
export const NOTICE_KINDS = ["connection.failing", "connection.recovered", "credentials.expiring", "credentials.old", "sync.failed", "scan.set_aside"] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A project's notice settings and delivery state. */
export interface NoticeEndpoint {
  /** `null` if notices are off. */
  readonly url: string | null;
  readonly kinds: readonly NoticeKind[];
  readonly updatedAt: string | null;
  readonly lastDeliveredAt: string | null;
  /** Why the last attempt failed. */
  readonly problem: string | null;
  /** The number of pending notices. */
  readonly pending: number;
  /** The number of undeliverable notices of the last week. */
  readonly setAside: number;
}

/** The same with a new secret, which is shown once. */
export interface ChangedNoticeEndpoint extends NoticeEndpoint {
  readonly secret?: string;
}

/** What a connection can reach: names of repositories, or of a repository's tags. */
export interface Listing {
  readonly items: readonly { readonly name: string }[];
  /** Whether the list is complete. */
  readonly complete: boolean;
}

/** The images that a policy selects. */
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
