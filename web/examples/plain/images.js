// The last sync, the inventory and the scans of a connection. What your backend answers is shown as it is.
import "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

const at = "2026-11-21T10:00:00Z";
const last = {
  id: "1",
  origin: "schedule",
  state: "done",
  startedAt: at,
  finishedAt: at,
  phase: "done",
  repositories: { listed: 1, read: 1, failed: 0 },
  images: { new: 1, replaced: 0, unchanged: 0, gone: 0, skipped: 0 },
  skipped: [],
  queued: 1,
  requests: 3,
  complete: true,
  problem: null,
};
const image = {
  repository: "team/app",
  tag: "1.4",
  digest: `sha256:${"0".repeat(64)}`,
  createdAt: at,
  pushedAt: null,
  size: 4_200_000,
  firstSeen: at,
  lastSeen: at,
  state: "new",
  goneAt: null,
  selected: true,
  decidedBy: "include",
  pattern: "team/",
  scan: { state: "queued", at },
};
const scan = {
  id: "1",
  repository: "team/app",
  tag: "1.4",
  digest: image.digest,
  image: `registry.example.com/team/app@${image.digest}`,
  state: "queued",
  origin: "sync",
  attempts: 0,
  queuedAt: at,
  leasedAt: null,
  deadline: null,
  finishedAt: null,
  scanner: null,
  reason: null,
};
const client = {
  syncStatus: async () => ({ running: null, last, next: null }),
  sync: async () => last,
  images: async () => ({ items: [image], next: null }),
  scans: async () => ({ items: [scan], next: null }),
  queueScans: async () => ({ scans: [scan], refused: [] }),
};
for (const element of document.querySelectorAll("bowline-sync-panel, bowline-inventory, bowline-scan-list")) {
  element.client = client;
  element.connection = kept;
}
const inventory = document.querySelector("bowline-inventory");
document.addEventListener("bowline-synced", () => inventory.reload());
