// A double of the HTTP API, for work on the page alone: it knows no registry and keeps everything in memory. What it
// answers depends on what is typed: the password `wrong` is rejected, a URL with `foreign` in it names a token service
// elsewhere, `down` refuses, `slow` takes its time. The real thing is `cargo xtask up`.
//
//   node dev/mock-server.mjs [--port 4173] [--empty] [--step 250]

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pulling, SCANNERS } from "./mock-pulling.mjs";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string", default: "4173" },
    empty: { type: "boolean", default: false },
    step: { type: "string", default: "250" },
  },
});
const dist = resolve(process.env.BOWLINE_WEB_DIST ?? join(dirname(fileURLToPath(import.meta.url)), "../../target/web"));
const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", wasm: "application/wasm" };
const STEPS = ["reach", "authenticate", "catalog", "tags", "manifest", "pull"];
const connections = new Map(flags.empty ? [] : samples().map((one) => [one.id, one]));

createServer((request, response) => {
  const url = new URL(request.url, "http://mock");
  const handle = url.pathname.startsWith("/v1/") ? api : site;
  handle(request, response, url).catch((error) => problem(response, 500, "internal", String(error)));
}).listen(Number(flags.port), "127.0.0.1", function () {
  console.log(`http://127.0.0.1:${this.address().port}/#token=${token()}`);
});

async function site(_request, response, url) {
  const path = url.pathname === "/" ? "index.html" : normalize(url.pathname).slice(1);
  const body = path === "sign-in.json" ? '{"oidc":null}' : await readFile(join(dist, path)).catch(() => undefined);
  if (body === undefined) return void response.writeHead(404).end();
  const type = TYPES[path.split(".").at(-1)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "content-security-policy": CSP, "x-content-type-options": "nosniff" }).end(body);
}

async function api(request, response, url) {
  const text = await new Promise((done) => {
    let all = "";
    request.on("data", (chunk) => (all += chunk)).on("end", () => done(all));
  });
  const body = text === "" ? {} : JSON.parse(text);
  if (!request.headers.authorization) return problem(response, 401, "auth.missing", "Sign in first");
  const [, , , , collection, id, action] = url.pathname.split("/");
  if (collection === "scanners") return json(response, 200, SCANNERS);
  if (url.pathname === "/v1/check") return check(request, response, outcomeOf(body.form));
  if (id === undefined && request.method === "GET") return list(response, url);
  if (id === undefined) return create(response, body, url.searchParams.get("verify"));
  const connection = connections.get(id);
  if (connection === undefined) return problem(response, 404, "not_found", "There is no such connection");
  if (action === "check") return check(request, response, outcomeOf(connection.form));
  if (action === "repositories") return json(response, 200, listing([...new Set(IMAGES.map(({ repository }) => repository))], url));
  if (action === "tags") return json(response, 200, listing(IMAGES.filter((one) => one.repository === url.searchParams.get("repository")).map(({ tag }) => tag), url));
  if (action === "selection") return json(response, 200, { images: IMAGES, decisions: [], complete: false });
  if (action === "credentials") return rotate(response, connection, body, url.searchParams.get("verify"));
  const answer = await pulling({ method: request.method, action, id, url, body });
  if (answer !== undefined) return answer[1] === undefined ? void response.writeHead(answer[0]).end() : json(response, ...answer);
  if (request.method === "GET") return json(response, 200, shown(connection));
  if (request.method === "PATCH") return edit(response, connection, body);
  if (connection.uses.length > 0 && !url.searchParams.has("force")) return problem(response, 409, "connection.in_use", "The connection is in use");
  if (request.method === "DELETE") connections.delete(id);
  return void response.writeHead(204).end();
}

function list(response, url) {
  const search = (url.searchParams.get("search") ?? "").toLowerCase();
  const provider = url.searchParams.get("provider") ?? "";
  const days = url.searchParams.get("expiring");
  const items = [...connections.values()]
    .filter((one) => provider === "" || one.provider === provider)
    .filter(({ expiresAt }) => days === null || Date.parse(expiresAt) < Date.now() + Number(days) * 864e5)
    .filter(({ name, endpoint, provider }) => `${name} ${endpoint} ${provider}`.toLowerCase().includes(search))
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(shown);
  json(response, 200, { items, next: null });
}

function create(response, form, verify) {
  const name = form.name.trim();
  if ([...connections.values()].some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    return problem(response, 409, "name.taken", "Another connection has this name", { field: "name" });
  }
  const outcome = outcomeOf(form);
  if (verify && !outcome.ok) return problem(response, 422, "check.failed", "The registry could not be used", { check: outcome });
  const connection = connectionOf(form, verify ? { ok: true, proved: "pull", problem: null } : null);
  connections.set(connection.id, connection);
  json(response, 201, shown(connection));
}

function edit(response, connection, change) {
  const name = change.name?.toLowerCase();
  const other = [...connections.values()].find((one) => one.name.toLowerCase() === name && one.id !== connection.id);
  if (other) return problem(response, 409, "name.taken", "Another connection has this name", { field: "name" });
  const edited = { ...connection, ...change, version: connection.version + 1 };
  connections.set(connection.id, edited);
  json(response, 200, shown(edited));
}

function rotate(response, connection, form, verify) {
  const outcome = outcomeOf(form);
  if (verify && !outcome.ok) return problem(response, 422, "check.failed", "The registry could not be used", { check: outcome });
  const edited = { ...connection, auth: form.auth, form: { ...connection.form, ...form }, version: connection.version + 1 };
  connections.set(connection.id, edited);
  json(response, 200, shown(edited));
}

function shown({ form: _, ...connection }) {
  return connection;
}

function listing(names, url) {
  const search = url.searchParams.get("search") ?? "";
  return { items: names.filter((name) => name.includes(search)).map((name) => ({ name })), complete: true };
}

async function check(request, response, outcome) {
  if (!request.headers.accept?.includes("text/event-stream")) return json(response, 200, outcome);
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const step of outcome.steps) {
    const pause = (step.status === "skipped" ? 20 : Number(flags.step)) * (outcome.slow ? 20 : 1);
    await new Promise((done) => setTimeout(done, pause));
    if (response.destroyed) return;
    response.write(`event: step\ndata: ${JSON.stringify(step)}\n\n`);
  }
  response.end(`event: result\ndata: ${JSON.stringify(outcome)}\n\n`);
}

function outcomeOf({ values = {}, trustedAuthHosts = [] }) {
  const url = values.url ?? "docker.io";
  if (url.includes("down")) {
    return failure("reach", { code: "connect.refused", title: "Nothing listens at this address", detail: "registry.down.example:443 refused the connection.", hint: "Check the port. A registry behind a firewall must let our addresses in.", field: "values.url" });
  }
  if (url.includes("foreign") && !trustedAuthHosts.includes("auth.elsewhere.example")) {
    return { ...failure("authenticate", { code: "realm.not_trusted", title: "The registry sends sign-ins to another host", detail: "auth.elsewhere.example is not known to belong to registry.foreign.example. Your credentials were not sent.", hint: "If it signs people in for your registry, trust it.", field: "trustedAuthHosts" }), facts: { realm: "https://auth.elsewhere.example/token", scheme: "bearer" } };
  }
  if (values.password === "wrong") {
    return failure("authenticate", { code: "auth.rejected", title: "The registry rejected the username or password", detail: "auth.docker.io answered 401 to the request for a token.", hint: "Docker Hub needs an access token, not the password, where two-factor authentication is on.", field: "values.password" });
  }
  const details = ["HTTP 401 with a Bearer challenge from auth.docker.io", "A token for pulling was granted", "12 repositories", "7 tags of team/app", "An image index with 2 platforms", "The configuration was read, and its digest is right"];
  return {
    ok: true,
    slow: url.includes("slow"),
    proved: "pull",
    steps: STEPS.map((step, index) => ({ step, status: "passed", elapsedMs: 18 + index * 23, detail: details[index] })),
    problem: null,
    facts: { server: "registry/2.0", scheme: "bearer", realm: "https://auth.docker.io/token", image: "team/app:1.4", digest: "sha256:9f2c4b7d1e0a8c5f3b6d9e2a1c4f7b0d3e6a9c2f5b8d1e4a7c0f3b6d9e2a1c4f", canPush: "yes", tokenExpiresAt: new Date(Date.now() + 3e5).toISOString(), rateLimit: { limit: 100, remaining: 76, windowSeconds: 21600 } },
    warnings: [{ code: "credential.can_push", title: "The credentials may push, too", detail: "Pulling is all that is needed here. A token that may only read is safer." }],
  };
}

function failure(at, cause) {
  const index = STEPS.indexOf(at);
  const details = ["HTTP 401 with a Bearer challenge from auth.docker.io"];
  return {
    ok: false,
    proved: index > 0 ? "reach" : "none",
    steps: STEPS.map((step, place) => (place < index ? { step, status: "passed", elapsedMs: 41, detail: details[place] } : place === index ? { step, status: "failed", elapsedMs: 88 } : { step, status: "skipped" })),
    problem: cause,
    facts: { canPush: "unknown" },
    warnings: [],
  };
}

function connectionOf(form, lastCheck, more = {}) {
  const now = new Date().toISOString();
  const { password, token: secret, ...values } = form.values ?? {};
  const endpoint = values.url || `docker.io${values.namespace ? `/${values.namespace}` : ""}`;
  return {
    id: randomUUID(), project: "default", name: form.name.trim(), description: form.description ?? "", provider: form.provider, auth: form.auth,
    purpose: form.purpose ?? "pull", endpoint, values, secrets: password ? ["password"] : secret ? ["token"] : [], policy: null,
    trustedAuthHosts: form.trustedAuthHosts ?? [], image: form.image ?? "", uses: [], version: 1, createdAt: now, updatedAt: now,
    credentialsChangedAt: now, lastUsedAt: null, expiresAt: form.expiresAt ?? null, lastCheck: lastCheck && { at: now, ...lastCheck }, form, ...more,
  };
}

/** 100,000 images, for the pattern tester. */
const IMAGES = Array.from({ length: 100_000 }, (_, n) => ({
  repository: `${["team", "internal-tools", "base", "library"][n % 4]}/service-${Math.floor(n / 50)}`,
  tag: n % 50 === 0 ? "stable" : `1.${n % 7}.${n % 50}`,
  createdAt: new Date(Date.UTC(2026, 0, 1) + n * 3e5).toISOString(),
}));

function samples() {
  const ago = (minutes) => new Date(Date.now() - minutes * 6e4).toISOString();
  const passed = { ok: true, proved: "pull", problem: null };
  const rejected = outcomeOf({ values: { password: "wrong" } });
  const hub = { provider: "docker-hub", auth: "password", values: { username: "acme", password: "x", namespace: "acme" }, name: "Docker Hub" };
  const own = { provider: "docker-registry", auth: "password", values: { url: "https://registry.example.com/team", username: "scanner", password: "x" }, name: "Production images", description: "What the clusters in Frankfurt run." };
  const old = { provider: "docker-registry", auth: "password", values: { url: "https://old.registry.example.com", username: "ci", password: "wrong" }, name: "Legacy builds" };
  const mirror = { provider: "docker-registry", auth: "anonymous", values: { url: "https://mirror.example.com:5000" }, name: "Mirror" };
  return [
    connectionOf(hub, passed, { lastCheck: { at: ago(4), ...passed }, expiresAt: new Date(Date.now() + 9 * 864e5).toISOString() }),
    connectionOf(own, passed, {
      lastCheck: { at: ago(190), ...passed },
      uses: [{ consumer: "deploy", title: "Deploy to Frankfurt", until: ago(-600) }],
      policy: { mode: "automatic", at: "02:30", timezone: "Europe/Vienna", include: ["team/", ":1."], never: ["internal-"], always: [":stable"], condition: { kind: "latest", count: 3 } },
    }),
    connectionOf(old, null, { lastCheck: { at: ago(2900), ok: false, proved: "reach", problem: rejected.problem } }),
    connectionOf(mirror, null),
  ];
}

function token() {
  const permissions = ["read", "write", "delete", "use", "admin"].map((action) => `iam:project:cicd:registry:${action}`);
  const claims = { sub: "developer", exp: Math.floor(Date.now() / 1000) + 86400, projects: ["default"], permissions };
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.mock`;
}

function problem(response, status, code, title, more = {}) {
  json(response, status, { type: `urn:bowline:problem:${code}`, title, status, code, requestId: randomUUID(), ...more }, "application/problem+json");
}

function json(response, status, body, type = "application/json") {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(JSON.stringify(body));
}
