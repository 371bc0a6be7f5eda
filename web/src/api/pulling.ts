/** The API's JSON for a connection's images: inventory, sync, scans, and events. */

import type { Decision } from "bowline";
import type { CheckProblem, Page } from "./types.js";

export const IMAGE_STATES = ["new", "replaced", "unchanged", "gone"] as const;

/** The state of an image in the last sync. `replaced` is a moved tag. */
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
  /** Whether the policy selects it; `null` before the first sync. */
  readonly selected: boolean | null;
  /** The list and the pattern that decided. */
  readonly decidedBy: Decision["by"] | null;
  readonly pattern: string | null;
  /** Why the image could not be read: a check's code. */
  readonly problem?: string | null;
  /** The waiting or running scan, or the last one. */
  readonly scan: { readonly state: ScanState; readonly at: string | null } | null;
}

/** A sync: its progress or its result. */
export interface Sync {
  readonly id: string;
  readonly origin: "request" | "schedule";
  readonly state: "running" | "done" | "failed";
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly phase: "repositories" | "images" | "done";
  /** `failed` images could not be read. Their earlier state remains. */
  readonly repositories: { readonly listed: number; readonly read: number; readonly failed: number };
  readonly images: Readonly<Record<ImageState | "skipped", number>>;
  /** The skipped images and unread repositories, by the pattern that decided. */
  readonly skipped: readonly Skipped[];
  /** The number of queued images. */
  readonly queued: number;
  /** The number of requests to the registry. */
  readonly requests: number;
  /** Whether the listing is complete. */
  readonly complete: boolean;
  readonly problem: CheckProblem | null;
}

/** The images that one pattern, or no pattern, skipped. */
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
  /** The time of the next scheduled sync. */
  readonly next: string | null;
  /** Background work that failed three times in a row. */
  readonly setAside?: readonly SetAside[];
}

/** Background work that is retried less and less often until it succeeds or the connection changes. */
export interface SetAside {
  readonly work: string;
  readonly attempts: number;
  readonly reason: string;
  /** The time of the next attempt; `null` if only a change of the connection helps. */
  readonly nextAt: string | null;
}

export const SCAN_STATES = ["queued", "leased", "passed", "failed", "set-aside"] as const;

/** The state of a scan. A scanner has a `leased` one. A `set-aside` one failed too often. */
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

/** The results for images in a scan request. */
export interface QueuedScans {
  readonly scans: readonly Scan[];
  readonly refused: readonly { readonly image: string; readonly code: string; readonly detail: string }[];
}

/** A connection's webhook. */
export interface EventAddress {
  /** Whether there is a secret. */
  readonly enabled: boolean;
  /** Only a path if the operator did not set `public_url`. */
  readonly url: string;
  readonly secretIn: "header" | "url";
  readonly header: string | null;
  /** When the secret was created or deleted. */
  readonly createdAt: string | null;
  readonly received: number;
  readonly unknown: number;
  readonly lastReceivedAt: string | null;
}

/** The same with the secret, which is shown once: in `authorization` or at the end of `url`. */
export interface NewEventAddress extends EventAddress {
  readonly authorization?: string | null;
}

/** A known scanner of the project. */
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

/** The API for a connection's images. A product can provide its own implementation. */
export interface PullingClient {
  /** The inventory of a connection. */
  images(id: string, options?: ImagesOptions): Promise<Page<InventoryImage>>;
  /** Starts or continues a sync for a few seconds. Call it until the sync is not `running`. */
  sync(id: string, signal?: AbortSignal): Promise<Sync>;
  syncStatus(id: string, signal?: AbortSignal): Promise<SyncStatus>;
  scans(id: string, options?: ScansOptions): Promise<Page<Scan>>;
  /** Queues up to 100 images (`team/app:1`), regardless of the policy. */
  queueScans(id: string, images: readonly string[]): Promise<QueuedScans>;
  /** The known scanners of the project. */
  scanners(signal?: AbortSignal): Promise<readonly Scanner[]>;
  events(id: string, signal?: AbortSignal): Promise<EventAddress>;
  /** Creates a new secret. The old one stops working. */
  renewEvents(id: string): Promise<NewEventAddress>;
  /** Turns the webhook off. Later notifications are rejected. */
  endEvents(id: string): Promise<void>;
}
