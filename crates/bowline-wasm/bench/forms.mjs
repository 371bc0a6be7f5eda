// The time of one form's check, of every provider.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { hasPeers, peersOf } from "./peers.mjs";

/** Calls in a row that are timed as one: a single call is shorter than the clock's own time. */
const BATCH = 50;
const BATCHES = 300;

/** For each provider the row of a table (how many times longer it takes than each peer, and all the times) and our time. */
export function formTimes({ providers, checkForm }) {
  return providers().filter(hasPeers).map((provider) => {
    const { id } = provider;
    const vectors = vectorsOf(id);
    // The first that a page would show: a valid form under the provider's default login.
    const { form } = vectors.find(({ form, report }) => report.valid && !form.auth);
    const { judges, refuses } = peersOf(provider);
    const refused = refuses.map((name) => vectors.find((vector) => vector.name === name).form);
    // A peer that takes everything would be no peer, nor one that refuses what is right.
    for (const judge of [...judges, (form) => checkForm(form).valid]) {
      assert.equal(judge(form), true, `${id}: ${judge}`);
      for (const wrong of [{ ...form, name: "" }, { ...form, values: {} }, ...refused]) {
        assert.equal(judge(wrong), false, `${id}: ${judge} takes ${JSON.stringify(wrong)}`);
      }
    }
    const [ours, ...theirs] = medians([checkForm, ...judges].map((judge) => () => judge(form)));
    const ratios = theirs.map((time) => `${(ours / time).toFixed(1)} ×`);
    const times = [ours, ...theirs].map((time) => time.toFixed(2));
    return { row: `| ${[id, ...ratios, ...times].join(" | ")} |`, ours };
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

/** The forms of a provider and what is expected of them, that all builds are tested with. */
function vectorsOf(provider) {
  const file = new URL(`../../bowline/vectors/forms-${provider}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).cases;
}
