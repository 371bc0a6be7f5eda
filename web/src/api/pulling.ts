/** The JSON of what happens with a connection's images: inventory, sync, scans and events. Names and shapes are the API's. */

import type { Decision } from "bowline";
import type { CheckProblem, Page } from "./types.js";

export const IMAGE_STATES = ["new", "replaced", "unchanged", "gone"] as const;

/** What the last sync found an image to be: `replaced` is a tag that moved. */
export type ImageState = (typeof IMAGE_STATES)[number];

/** An image of a connection's inventory. */
export interface InventoryImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
  readonly createdAt: string | null;
  readonly pushedAt: string | null;
  readonly size: number | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly state: ImageState;
  readonly goneAt: string | null;
  /** Whether the policy takes it; `null` where no sync has decided yet. */
  readonly selected: boolean | null;
  /** What decided, and by which pattern. */
  readonly decidedBy: Decision["by"] | null;
  readonly pattern: string | null;
  /** Why the registry does not tell what the digest stands for: a check's code. */
  readonly problem?: string | null;
  /** The scan that waits or runs, else the last one. */
  readonly scan: { readonly state: ScanState; readonly at: string | null } | null;
}

/** A sync: how far it is, or what it came to. */
export interface Sync {
  readonly id: string;
  readonly origin: "request" | "schedule";
  readonly state: "running" | "done" | "failed";
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly phase: "repositories" | "images" | "done";
  /** `failed` could not be read: what is known of them stays as it was. */
  readonly repositories: { readonly listed: number; readonly read: number; readonly failed: number };
  readonly images: Readonly<Record<ImageState | "skipped", number>>;
  /** What was left out, by the pattern that decided: images, and repositories that were not even read. */
  readonly skipped: readonly Skipped[];
  /** How many images were queued for a scan. */
  readonly queued: number;
  /** How many requests it made of the registry. */
  readonly requests: number;
  /** Whether the registry was listed to its end. */
  readonly complete: boolean;
  readonly problem: CheckProblem | null;
}

/** What one pattern, or the lack of one, left out. */
export interface Skipped {
  readonly list: Decision["by"];
  readonly pattern: string | null;
  readonly repositories: number;
  readonly images: number;
}

/** The syncs of a connection. */
export interface SyncStatus {
  readonly running: Sync | null;
  readonly last: Sync | null;
  /** When the schedule starts the next one. */
  readonly next: string | null;
  /** What the service does by itself and could not end three times in a row. */
  readonly setAside?: readonly SetAside[];
}

/** Background work that is tried less and less often, until it succeeds or the connection is changed. */
export interface SetAside {
  readonly work: string;
  readonly attempts: number;
  readonly reason: string;
  /** When it is tried again; `null` where only a change of the connection helps. */
  readonly nextAt: string | null;
}

export const SCAN_STATES = ["queued", "leased", "passed", "failed", "set-aside"] as const;

/** Where a scan stands: `leased` is in a scanner's hands, `set-aside` was tried too often. */
export type ScanState = (typeof SCAN_STATES)[number];

/** An image that a scanner pulls. */
export interface Scan {
  readonly id: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly image: string;
  readonly state: ScanState;
  readonly origin: "sync" | "event" | "request";
  readonly attempts: number;
  readonly queuedAt: string;
  readonly leasedAt: string | null;
  readonly deadline: string | null;
  readonly finishedAt: string | null;
  readonly scanner: string | null;
  readonly reason: string | null;
}

/** What became of images that somebody asked to be scanned. */
export interface QueuedScans {
  readonly scans: readonly Scan[];
  readonly refused: readonly { readonly image: string; readonly code: string; readonly detail: string }[];
}

/** Where a registry announces its pushes. */
export interface EventAddress {
  /** Whether there is a secret that it may announce with. */
  readonly enabled: boolean;
  /** A path alone where the operator has not said under which address the service is reached. */
  readonly url: string;
  readonly secretIn: "header" | "url";
  readonly header: string | null;
  /** When the secret was made, or ended. */
  readonly createdAt: string | null;
  readonly received: number;
  readonly unknown: number;
  readonly lastReceivedAt: string | null;
}

/** The same, the one time that the secret is told: in `authorization`, or as the end of `url`. */
export interface NewEventAddress extends EventAddress {
  readonly authorization?: string | null;
}

/** A scanner that was seen in the project. */
export interface Scanner {
  readonly name: string;
  readonly lastSeen: string;
}

export interface ImagesOptions {
  readonly search?: string;
  readonly state?: ImageState | "";
  readonly cursor?: string | null;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface ScansOptions {
  readonly state?: ScanState | "";
  readonly cursor?: string | null;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** What the elements about a connection's images need of the API. A product may bring its own. */
export interface PullingClient {
  /** The inventory of a connection. */
  images(id: string, options?: ImagesOptions): Promise<Page<InventoryImage>>;
  /** Starts a sync or goes on with the one that has not ended, for some seconds; call it until it is not `running`. */
  sync(id: string, signal?: AbortSignal): Promise<Sync>;
  syncStatus(id: string, signal?: AbortSignal): Promise<SyncStatus>;
  scans(id: string, options?: ScansOptions): Promise<Page<Scan>>;
  /** Queues images (`team/app:1`), 100 at most, whatever the policy says. */
  queueScans(id: string, images: readonly string[]): Promise<QueuedScans>;
  /** The scanners that were seen in the project. */
  scanners(signal?: AbortSignal): Promise<readonly Scanner[]>;
  events(id: string, signal?: AbortSignal): Promise<EventAddress>;
  /** Makes a new secret; the one before opens nothing any more. */
  renewEvents(id: string): Promise<NewEventAddress>;
  /** Ends it: what the registry announces is refused from then on. */
  endEvents(id: string): Promise<void>;
}
