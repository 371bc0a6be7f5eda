// Opens an example's page in Chromium under a strict Content-Security-Policy, with a script of a test in it.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm", ".css": "text/css" };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

/** Serves a page with a script of the test added, and opens it: what the script tells, and what the page's form sends. */
export async function open(t, path, script) {
  const told = withResolvers();
  const posted = withResolvers();
  const added = `
    const wrong = [];
    const tell = (seen) => fetch("/told", { method: "POST", body: JSON.stringify(seen), keepalive: true });
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => wrong.push(violatedDirective + " " + blockedURI));
    addEventListener("error", ({ message }) => wrong.push(message));
    addEventListener("unhandledrejection", ({ reason }) => wrong.push(String(reason)));
    ${script}`;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://example");
    if (request.method === "POST") {
      let body = "";
      for await (const chunk of request) body += chunk;
      response.writeHead(204).end();
      return url.pathname === "/told" ? told.resolve(JSON.parse(body)) : posted.resolve(body);
    }
    const headers = { "content-security-policy": POLICY, "content-type": TYPES[extname(url.pathname)] ?? "text/plain" };
    if (url.pathname === "/added.js") return void response.writeHead(200, headers).end(added);
    const content = await readFile(new URL(`.${normalize(url.pathname)}`, import.meta.url)).catch(() => null);
    if (content === null) return void response.writeHead(404, headers).end();
    const page = url.pathname === path;
    response.writeHead(200, headers).end(page ? String(content).replace("</head>", '<script type="module" src="/added.js"></script></head>') : content);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  await visit(t, `http://127.0.0.1:${server.address().port}${path}`);
  return { told: told.promise, posted: posted.promise };
}

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
