// The package without a bundler, in a page and in a module worker of Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { checkForm, parsePattern, parseReference, PatternSet, providers, ready } from "bowline";

const form = {
  provider: "docker-hub",
  name: "images",
  values: { username: "me@example.com", password: "dckr_pat_é😀" },
};

// Runs in the page and in the worker; what it gives, a failure too, is compared with what Node gives.
const look = `
  import { checkForm, parsePattern, parseReference, PatternSet, providers, ready } from "/bowline/index.js";
  const seen = await ready().then(() => {
    const taken = Array.from(new PatternSet(["alpine"]).filter(["debian", "alpine:3"]));
    return [checkForm(${JSON.stringify(form)}), parseReference("alpine:3.20"), providers(), parsePattern("a:/^3/"), taken];
  }, String);
`;
const files = {
  "/": ["text/html", `<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>`],
  "/page.js": ["text/javascript", `${look} report("page", seen);
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }) => report("worker", data);
    worker.onerror = ({ message }) => report("worker", String(message));
    function report(from, seen) { fetch("/seen", { method: "POST", body: JSON.stringify({ from, seen }) }); }
    `],
  "/worker.js": ["text/javascript", `${look} postMessage(seen);`],
};
const types = { js: "text/javascript", json: "application/json", wasm: "application/wasm" };
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

test("a page and a worker see what Node sees", { timeout: 120_000 }, async (t) => {
  await ready();
  const seen = new Map();
  const { promise: both, resolve, reject } = withResolvers();
  const server = createServer(async (request, response) => {
    const name = request.url ?? "";
    if (name === "/seen") {
      let body = "";
      for await (const chunk of request) body += chunk;
      const report = JSON.parse(body);
      seen.set(report.from, report.seen);
      response.writeHead(204).end();
      if (seen.size === 2) resolve();
      return;
    }
    const [type, content] = files[name] ?? (await ofPackage(name));
    response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain", "content-security-policy": policy });
    response.end(content);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());

  const profile = await mkdtemp(join(tmpdir(), "bowline-chromium-"));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
  const chromium = spawn("chromium", [...flags, address], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  chromium.stderr.on("data", (chunk) => (said += chunk));
  chromium.on("error", reject);
  const ended = new Promise((end) => chromium.on("exit", end));
  chromium.on("exit", () => reject(new Error(`Chromium ended early:\n${said}`)));
  t.after(async () => {
    chromium.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  await both;
  const taken = Array.from(new PatternSet(["alpine"]).filter(["debian", "alpine:3"]));
  const seenHere = [checkForm(form), parseReference("alpine:3.20"), providers(), parsePattern("a:/^3/"), taken];
  const here = JSON.parse(JSON.stringify(seenHere));
  assert.deepEqual(seen.get("page"), here);
  assert.deepEqual(seen.get("worker"), here);
});

async function ofPackage(name) {
  const [, end] = name.match(/^\/bowline\/[a-z-]+\.(js|json|wasm)$/) ?? [];
  if (end === undefined) return [undefined, ""];
  return [types[end], await readFile(new URL(`./node_modules${name}`, import.meta.url))];
}

function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}
