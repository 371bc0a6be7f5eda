import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "bowline";
import { fromNow, number } from "../src/formats.js";
import { findingText, problemText, setMessages, text } from "../src/messages.js";

test("messages: some are replaced, the others stay", () => {
  const before = text().form.cancel;
  setMessages({ form: { save: "Sichern" }, check: { steps: { reach: "Erreichen" } } });
  assert.equal(text().form.save, "Sichern");
  assert.equal(text().form.cancel, before);
  assert.equal(text().check.steps.reach, "Erreichen");
  assert.equal(text().check.steps.pull, "Pull and verify");
});

test("messages: a code's own words come before the server's", () => {
  const finding: Finding = { field: "name", severity: "error", code: "name.required", params: {}, message: "Name is missing.", start: 0, end: 0 };
  const problem = { code: "auth.rejected", title: "Rejected", detail: "401", hint: "Look again" };
  assert.equal(findingText(finding), "Name is missing.");
  assert.deepEqual(problemText(problem), { title: "Rejected", detail: "401", hint: "Look again" });
  setMessages({
    findings: { "name.required": ({ field }) => `Bitte ausfüllen: ${field}` },
    problems: { "auth.rejected": () => ({ title: "Abgelehnt" }) },
  });
  assert.equal(findingText(finding), "Bitte ausfüllen: name");
  assert.deepEqual(problemText(problem), { title: "Abgelehnt", detail: "401", hint: "Look again" });
});

test("messages: what a server left out is empty, never “undefined”", () => {
  assert.deepEqual(problemText({ code: "x", title: "T" }), { title: "T", detail: "", hint: "" });
});

test("messages: numbers and dates are written as the language does that was set", () => {
  setMessages({ locale: "de" });
  assert.equal(number(100_000), "100.000");
  assert.equal(fromNow("2026-11-21T10:00:00Z", Date.parse("2026-11-21T13:00:00Z")), "vor 3 Stunden");
});
