// The time of one form's check, of every provider.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { forms } from "./peers.mjs";

/** Calls in a row that are timed as one: a single call is shorter than the clock's own time. */
const BATCH = 50;
const BATCHES = 300;

/** Rows of a table: a provider, how many times longer it takes than each peer, and all the times. */
export function formTimes({ providers, checkForm }, peers) {
  return providers().map(({ id }) => {
    const form = forms[id] ?? vector(id);
    assert.equal(checkForm(form).valid, true, id);
    const subjects = [() => checkForm(form)];
    for (const peer of peers[id] ?? []) {
      // A peer that takes everything would be no peer.
      assert.equal(peer(form), true, `${id}: ${peer}`);
      assert.equal(peer({ ...form, name: "" }), false, `${id}: ${peer}`);
      assert.equal(peer({ ...form, values: {} }), false, `${id}: ${peer}`);
      subjects.push(() => peer(form));
    }
    const [ours, ...theirs] = medians(subjects);
    const ratios = [0, 1, 2].map((peer) => (theirs[peer] ? `${(ours / theirs[peer]).toFixed(1)} ×` : "–"));
    const times = [ours, ...[0, 1, 2].map((peer) => theirs[peer])].map((time) => time?.toFixed(2) ?? "–");
    return `| ${[id, ...ratios, ...times].join(" | ")} |`;
  });
}

/** The median times of each of some functions in microseconds, measured in turn so that all have the same weather. */
function medians(subjects) {
  const times = subjects.map(() => []);
  for (let batch = 0; batch < 2 * BATCHES; batch++) {
    subjects.forEach((subject, which) => {
      const started = process.hrtime.bigint();
      for (let call = 0; call < BATCH; call++) subject();
      const time = Number(process.hrtime.bigint() - started) / 1000 / BATCH;
      // The first half only warms up.
      if (batch >= BATCHES) times[which].push(time);
    });
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
}

/** The first valid form of a provider's vectors. */
function vector(provider) {
  const file = new URL(`../../bowline/vectors/forms-${provider}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).cases.find(({ report }) => report.valid).form;
}
