// The examples with the package as it would be published: the pages in Chromium under a strict
// Content-Security-Policy, the React project built by Vite, and the Node server.

import assert from "node:assert/strict";
import test from "node:test";

import { open } from "./chromium.mjs";
import { start } from "./node/server.mjs";

/** What each page shows once its element is there: a text that stands in its shadow roots. */
const pages = [
  ["/plain/connection-form.html", "bowline-connection-form", "Registry type"],
  ["/plain/check-result.html", "bowline-check-result", "The registry rejected the username or password"],
  ["/plain/connection-list.html", "bowline-connection-list", "Production images"],
  ["/plain/policy-form.html", "bowline-policy-form", "internal-"],
  ["/plain/pattern-tester.html", "bowline-pattern-tester", "2 of 3 included"],
  ["/plain/policy-editor.html", "bowline-policy-editor", "Try the rules"],
  ["/plain/image-browser.html", "bowline-image-browser", "team/web"],
  ["/plain/images.html", "bowline-sync-panel", "Up to date"],
  ["/plain/images.html", "bowline-inventory", "team/app:1.4"],
  ["/plain/images.html", "bowline-scan-list", "found by a sync"],
  ["/plain/audit-log.html", "bowline-audit-log", "anna@example.com"],
  ["/plain/project.html", "bowline-project-settings", "bowline-3f2a"],
  ["/plain/project.html", "bowline-login-setup", "arn:aws:iam::123456789012:root"],
  ["/plain/project.html", "bowline-job-snippets", "docker pull"],
  ["/plain/project.html", "bowline-project-audit", "anna@example.com"],
  ["/plain/event-setup.html", "bowline-event-setup", "notifications:"],
  ["/plain/translation.html", "bowline-connection-form", "Zugriffstoken"],
  ["/react/dist/index.html", "bowline-connection-form", "Access token"],
];

// Added to each page: tells when the text is there, and what went wrong.
const probe = (element, text) => `
  const textOf = (root) => [...root.querySelectorAll("*")].map((one) =>
    (one.shadowRoot ? textOf(one.shadowRoot) : "") + [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("")).join("\\n");
  (function look() {
    const element = document.querySelector(${JSON.stringify(element)});
    const isThere = element !== null && textOf(element.shadowRoot ?? element).includes(${JSON.stringify(text)});
    if (wrong.length === 0 && !isThere) return requestAnimationFrame(look);
    tell({ wrong, upgraded: element !== null && element.constructor !== HTMLElement });
  })();`;

for (const [path, element, text] of pages) {
  test(`${path} shows ${element}`, { timeout: 60_000 }, async (t) => {
    const { told } = await open(t, path, probe(element, text));
    assert.deepEqual(await told, { wrong: [], upgraded: true });
  });
}

// What a form-associated element owes its <form>, seen from the page around it.
const formProbe = `
  const form = document.forms[0];
  const element = form.querySelector("bowline-connection-form");
  const soon = (find) => new Promise((found) => (function look() {
    const it = find();
    it ? found(it) : requestAnimationFrame(look);
  })());
  const type = async (name, value) => {
    const control = await soon(() => element.shadowRoot?.querySelector("[name='" + name + "']"));
    control.value = value;
    control.dispatchEvent(new Event(control.localName === "select" ? "change" : "input", { bubbles: true }));
  };
  const choose = async (id) => {
    (await soon(() => element.shadowRoot?.querySelector("[name='provider']"))).click();
    (await soon(() => element.shadowRoot.querySelector("[role='option'][data-value='" + id + "']"))).click();
  };
  const fillIn = async () => {
    await choose("docker-hub");
    await type("username", "acme");
    await type("password", "dckr_pat_example");
  };
  const sent = () => JSON.parse(new FormData(form).get("connection"));
  await choose("docker-hub");
  const seen = { empty: form.checkValidity() };
  form.requestSubmit();
  await soon(() => element.shadowRoot.querySelector(".finding.error"));
  seen.focused = element.shadowRoot.activeElement?.name;
  await fillIn();
  seen.filled = form.checkValidity();
  seen.values = sent().values;
  element.toggleAttribute("disabled", true);
  seen.disabled = new FormData(form).get("connection");
  element.toggleAttribute("disabled", false);
  form.reset();
  await soon(() => sent().provider === "");
  seen.reset = sent().values;
  seen.stored = localStorage.length + sessionStorage.length;
  seen.wrong = wrong;
  await fillIn();
  tell(seen);
  form.requestSubmit();`;

test("the connection form is a part of its <form>", { timeout: 60_000 }, async (t) => {
  const { told, posted } = await open(t, "/plain/connection-form.html", formProbe);
  const values = { username: "acme", password: "dckr_pat_example" };
  assert.deepEqual(await told, {
    empty: false,
    focused: "username",
    filled: true,
    values,
    disabled: null,
    reset: {},
    stored: 0,
    wrong: [],
  });
  assert.deepEqual(JSON.parse(new URLSearchParams(await posted).get("connection")).values, values);
});

test("the Node server judges the form again", async (t) => {
  const server = await start(0);
  t.after(() => server.close());
  const post = (body) => fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", body });
  for (const [body, status] of [
    ["not JSON", 400],
    ["null", 400],
    ['{"form":1}', 400],
    ["x".repeat(70_000), 413],
  ]) {
    assert.equal((await post(body)).status, status, body.slice(0, 20));
  }
  const send = async (values) => {
    const response = await post(JSON.stringify({ form: { provider: "docker-hub", name: "images", values } }));
    const { findings } = await response.json();
    return [response.status, findings.filter(({ severity }) => severity === "error").map(({ code }) => code)];
  };
  assert.deepEqual(await send({ username: "acme", password: "dckr_pat_example" }), [200, []]);
  assert.deepEqual(await send({ username: "me@example.com", password: "x" }), [422, ["username.email"]]);
});
