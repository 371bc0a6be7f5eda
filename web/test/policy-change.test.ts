import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "bowline";
import { changeOf, isTimezone, modeOf, rescanOf } from "../src/policy/change.js";

const newest: Policy = { condition: { kind: "latest", count: 3 } };

/** The field that is typed into, what is typed, and what changes. */
const changes: readonly [string, string, Policy][] = [
  ["policy.at", "02:30", { at: "02:30" }],
  ["policy.timezone", "", { timezone: "" }],
  ["policy.rescanExisting", "always", { rescanExisting: "always" }],
  ["policy.cleanup", "", { cleanup: false }],
  ["policy.condition", "none", { condition: { kind: "none" } }],
  ["policy.condition", "created-within", { condition: { kind: "created-within", amount: 60, unit: "days" } }],
  ["policy.condition.count", "7", { condition: { kind: "latest", count: 7 } }],
  ["policy.scanner", "any", { scanner: { kind: "any" } }],
  ["policy.scanner.names", "one, two", { scanner: { kind: "specific", names: ["one", "two"] } }],
  ["policy.scanTimeoutSeconds", "10", { scanTimeoutSeconds: 600 }],
  ["policy.scanTimeoutSeconds", "", { scanTimeoutSeconds: null }],
];

for (const [path, typed, change] of changes) {
  test(`policy: “${typed}” in ${path}`, () => assert.deepEqual(changeOf(newest, path, typed), change));
}

for (const [name, known] of [
  ["", true],
  ["UTC", true],
  ["Europe/Vienna", true],
  ["Asia/Calcutta", true],
  ["Mars/Base", false],
  ["+02:00", false],
] as const) {
  test(`policy: “${name}” is ${known ? "a" : "no"} time zone`, () => assert.equal(isTimezone(name), known));
}

const rescans: readonly [Policy, string][] = [
  [{}, "never"],
  [{ rescanExisting: null }, "never"],
  [{ rescanExisting: false }, "never"],
  [{ rescanExisting: true }, "new"],
  [{ rescanExisting: "never" }, "never"],
  [{ rescanExisting: "new" }, "new"],
  [{ rescanExisting: "always" }, "always"],
];

for (const [policy, shown] of rescans) {
  test(`policy: ${JSON.stringify(policy)} is shown as “${shown}”`, () => assert.equal(rescanOf(policy), shown));
}

test("policy: what is pulled every day is pulled by the browser's clock, unless another zone was chosen", () => {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.deepEqual(modeOf(null, "automatic"), { mode: "automatic", timezone: here });
  assert.deepEqual(modeOf({ timezone: "Asia/Tokyo" }, "automatic"), { mode: "automatic" });
  assert.deepEqual(modeOf(null, "manual"), { mode: "manual" });
});
