// The examples with the package as it would be published: the pages in Chromium under a strict
// Content-Security-Policy, the React project built by Vite, and the Node server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import test from "node:test";

import { start } from "./node/server.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

/** What each page shows once its element is there: a text that stands in its shadow roots. */
const pages = [
  ["/plain/connection-form.html", "bowline-connection-form", "Google Artifact Registry"],
  ["/plain/check-result.html", "bowline-check-result", "The registry rejected the username or password"],
  ["/plain/connection-list.html", "bowline-connection-list", "Production images"],
  ["/plain/policy-form.html", "bowline-policy-form", "internal-"],
  ["/plain/pattern-tester.html", "bowline-pattern-tester", "2 of 3 taken"],
  ["/react/dist/index.html", "bowline-connection-form", "Access token"],
];

// Added to each page: tells when the text is there, and what went wrong.
const probe = (element, text) => `
  const wrong = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => wrong.push(violatedDirective + " " + blockedURI));
  addEventListener("error", ({ message }) => wrong.push(message));
  addEventListener("unhandledrejection", ({ reason }) => wrong.push(String(reason)));
  const textOf = (root) => [...root.querySelectorAll("*")].map((one) =>
    (one.shadowRoot ? textOf(one.shadowRoot) : "") + [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("")).join("\\n");
  (function look() {
    const element = document.querySelector(${JSON.stringify(element)});
    if (wrong.length === 0 && !textOf(document).includes(${JSON.stringify(text)})) return requestAnimationFrame(look);
    const body = JSON.stringify({ wrong, upgraded: element.constructor !== HTMLElement });
    fetch("/seen" + location.pathname, { method: "POST", body });
  })();`;

for (const [path, element, text] of pages) {
  test(`${path} shows its element`, { timeout: 60_000 }, async (t) => {
    const { promise, resolve } = withResolvers();
    const server = createServer(async (request, response) => {
      const url = new URL(request.url, "http://example");
      if (url.pathname.startsWith("/seen")) {
        let body = "";
        for await (const chunk of request) body += chunk;
        response.writeHead(204).end();
        return resolve(JSON.parse(body));
      }
      const headers = { "content-security-policy": POLICY, "content-type": TYPES[extname(url.pathname)] ?? "text/plain" };
      if (url.pathname === "/probe.js") return void response.writeHead(200, headers).end(probe(element, text));
      const content = await readFile(new URL(`.${normalize(url.pathname)}`, import.meta.url)).catch(() => null);
      if (content === null) return void response.writeHead(404, headers).end();
      const page = url.pathname === path;
      response.writeHead(200, headers).end(page ? String(content).replace("</head>", '<script type="module" src="/probe.js"></script></head>') : content);
    });
    await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
    t.after(() => server.close());
    await visit(t, `http://127.0.0.1:${server.address().port}${path}`);
    assert.deepEqual(await promise, { wrong: [], upgraded: true });
  });
}

test("the Node server judges the form again", async (t) => {
  const server = await start(0);
  t.after(() => server.close());
  const send = async (values) => {
    const body = JSON.stringify({ form: { provider: "docker-hub", name: "images", values } });
    const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { method: "POST", body });
    const { findings } = await response.json();
    return [response.status, findings.filter(({ severity }) => severity === "error").map(({ code }) => code)];
  };
  assert.deepEqual(await send({ username: "acme", password: "dckr_pat_example" }), [200, []]);
  assert.deepEqual(await send({ username: "me@example.com", password: "x" }), [422, ["username.email"]]);
});

async function visit(t, address) {
  const profile = await mkdtemp(join(tmpdir(), "bowline-example-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", `--user-data-dir=${profile}`];
  const chromium = spawn("chromium", [...flags, address], { stdio: "ignore" });
  const ended = new Promise((end) => chromium.on("exit", end));
  t.after(async () => {
    chromium.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
