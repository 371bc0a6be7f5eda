import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Finding } from "bowline";
import { fromNow, number } from "../src/formats.js";
import { de } from "../src/locales/de.js";
import { findings } from "../src/locales/de/findings.js";
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

test("messages: German is whole, and what it lacks is in English", () => {
  setMessages(de);
  assert.deepEqual([text().form.save, text().settings.heading], ["Speichern", "Einstellungen"]);
  const finding: Finding = { field: "values.url", severity: "error", code: "url.port", params: { port: "0" }, message: "English", start: 0, end: 0 };
  assert.equal(findingText(finding), "„0“ ist kein gültiger Port. Möglich sind 1 bis 65535.");
  assert.equal(findingText({ ...finding, code: "new.code" }), "English");
  assert.equal(problemText({ code: "new.code", title: "English" }).title, "English");
});

test("messages: no text of German has a parameter that the English one lacks", () => {
  const rows = [...readFileSync("../crates/bowline/src/message.rs", "utf8").matchAll(/^\s+\w+ "([a-z_0-9.]+)" \w+\s+"(.*)"$/gm)];
  const english = new Map(rows.map(([, code = "", template = ""]) => [code, parametersIn(template)]));
  assert.ok(english.size > 100, String(english.size));
  for (const [code, template] of Object.entries(findings)) {
    const known = english.get(code);
    if (known !== undefined)
      assert.deepEqual(
        parametersIn(template).filter((name) => !known.includes(name)),
        [],
        code,
      );
  }
});

function parametersIn(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}
