import assert from "node:assert/strict";
import { test } from "node:test";
import type { PullingClient, Sync, SyncStatus } from "../src/api/pulling.js";
import { ApiError } from "../src/api/problem.js";
import { SyncRun } from "../src/pulling/sync-run.js";

const ended: Sync = {
  id: "s1",
  origin: "request",
  state: "done",
  startedAt: "2026-11-21T08:00:00Z",
  finishedAt: "2026-11-21T08:00:09Z",
  phase: "done",
  repositories: { listed: 2, read: 2, failed: 0 },
  images: { new: 1, replaced: 0, unchanged: 4, gone: 0, skipped: 2 },
  skipped: [],
  queued: 1,
  requests: 7,
  complete: true,
  problem: null,
};
const running = (read: number): Sync => ({
  ...ended,
  state: "running",
  phase: "images",
  finishedAt: null,
  repositories: { listed: 2, read, failed: 0 },
  complete: false,
});
const idle: SyncStatus = { running: null, last: null, next: null };

interface Played {
  readonly run: SyncRun;
  readonly ends: Sync[];
  readonly asked: string[];
  /** What was shown, each time that something changed. */
  readonly shown: string[];
}

/** A run whose server answers these syncs and statuses, one after the other, and whose pauses pass at once. */
function played(syncs: (Sync | Error)[], statuses: (SyncStatus | Error)[] = []): Played & { client: PullingClient } {
  const asked: string[] = [];
  const ends: Sync[] = [];
  const shown: string[] = [];
  const next = async <T>(what: string, answers: (T | Error)[]): Promise<T> => {
    asked.push(what);
    const answer = answers.shift();
    if (answer === undefined) return new Promise(() => undefined);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = { sync: () => next("sync", syncs), syncStatus: () => next("status", statuses) } as Partial<PullingClient> as PullingClient;
  const host = Object.assign(new EventTarget(), {
    addController: () => undefined,
    requestUpdate: () => shown.push(run.driving ? "driving" : run.running ? "running" : run.error ? run.error.code : "idle"),
  });
  const run = new SyncRun(
    host,
    (sync) => ends.push(sync),
    (signal) => {
      signal.throwIfAborted();
      return Promise.resolve();
    },
  );
  return { run, ends, asked, shown, client };
}

test("sync: it is asked to go on until it has ended, and tells so once", async () => {
  const { run, ends, asked, client } = played([running(0), running(1), ended]);
  await run.start(client, "c1");
  assert.deepEqual(asked.filter((what) => what === "sync").length, 3);
  assert.deepEqual(run.status, { running: null, last: ended, next: null });
  assert.deepEqual(ends, [ended]);
  assert.equal(run.driving, false);
});

test("sync: one that fails has ended, too", async () => {
  const failed: Sync = { ...ended, state: "failed", problem: { code: "auth.rejected", title: "Rejected" } };
  const { run, ends, client } = played([failed]);
  await run.start(client, "c1");
  assert.deepEqual(run.status?.last, failed);
  assert.deepEqual(ends, [failed]);
  assert.equal(run.error, null);
});

test("sync: a request that fails is said, and another try goes on", async () => {
  const { run, client } = played([running(0), new ApiError({ code: "network", title: "Down" }, 0), ended]);
  await run.start(client, "c1");
  assert.equal(run.error?.code, "network");
  assert.equal(run.driving, false);
  await run.start(client, "c1");
  assert.equal(run.error, null);
  assert.deepEqual(run.status?.last, ended);
});

test("sync: one that somebody else drives is followed to its end", async () => {
  const { run, ends, asked, client } = played(
    [],
    [
      { ...idle, running: running(0) },
      { ...idle, running: running(1) },
      { ...idle, last: ended },
    ],
  );
  await run.follow(client, "c1");
  assert.deepEqual(asked, ["status", "status", "status"]);
  assert.deepEqual(ends, [ended]);
});

test("sync: where none runs, nobody hears of the last one's end", async () => {
  const { run, ends, client } = played([], [{ ...idle, last: ended }]);
  await run.follow(client, "c1");
  assert.deepEqual(ends, []);
  assert.deepEqual(run.status?.last, ended);
});

test("sync: who leaves hears nothing more", async () => {
  let answer: (sync: Sync) => void = () => undefined;
  const { run, ends, client } = played([]);
  client.sync = () => new Promise((done) => (answer = done));
  const done = run.start(client, "c1");
  run.hostDisconnected();
  answer(ended);
  await done;
  assert.equal(run.status, null);
  assert.equal(run.driving, false);
  assert.deepEqual(ends, []);
});

test("sync: a token that is refused is told to whoever listens", async () => {
  const target = new EventTarget();
  let heard = 0;
  target.addEventListener("bowline-signed-out", () => (heard += 1));
  const host = Object.assign(target, { addController: () => undefined, requestUpdate: () => undefined });
  const run = new SyncRun(host, () => undefined);
  const refused = (): Promise<never> => Promise.reject(new ApiError({ code: "auth.invalid", title: "No" }, 401));
  await run.follow({ syncStatus: refused } as Partial<PullingClient> as PullingClient, "c1");
  assert.equal(heard, 1);
});
