import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpClient } from "../src/api/client.js";
import { ApiError, parseProblem } from "../src/api/problem.js";
import type { Check, Step } from "../src/api/types.js";

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A client whose server answers what it is told, and which remembers what was sent. */
function clientAnswering(answer: () => Response | Promise<Response>): { client: HttpClient; sent: Sent[] } {
  const sent: Sent[] = [];
  const client = new HttpClient({
    project: "team a",
    token: () => "the-token",
    fetch: async (url, { method = "GET", headers, body } = {}) => {
      sent.push({ url: String(url), method, headers: new Headers(headers), body: body ? JSON.parse(String(body)) : undefined });
      return answer();
    },
  });
  return { client, sent };
}

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const reach: Step = { step: "reach", status: "passed", elapsedMs: 1 };
const passed: Check = { ok: true, proved: "pull", steps: [reach] };
const stream = (text: string): Response => new Response(text, { headers: { "content-type": "text/event-stream" } });
const whole = `: hello\n\nevent: step\ndata: ${JSON.stringify(reach)}\n\nevent: result\ndata: ${JSON.stringify(passed)}\n\n`;

async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError, `expected an ApiError, got ${String(error)}`);
  return error;
}

test("client: a check asks for a stream, and tells each step before the result", async () => {
  const { client, sent } = clientAnswering(() => stream(whole));
  const steps: Step[] = [];
  const check = await client.check({ provider: "docker-hub", image: " a:1 " }, { onStep: (step) => steps.push(step) });
  assert.deepEqual(check, passed);
  assert.deepEqual(steps, [reach]);
  assert.equal(sent[0]?.url, "/v1/check");
  assert.equal(sent[0]?.headers.get("accept"), "text/event-stream");
  assert.equal(sent[0]?.headers.get("authorization"), "Bearer the-token");
  assert.deepEqual(sent[0]?.body, { form: { provider: "docker-hub", image: " a:1 " }, image: "a:1", project: "team a" });
});

test("client: a check names the project, whose identity signs where the customer gives no keys", async () => {
  const { client, sent } = clientAnswering(() => stream(whole));
  await client.check({ provider: "amazon-ecr", auth: "assume-role" });
  assert.deepEqual(sent[0]?.body, { form: { provider: "amazon-ecr", auth: "assume-role" }, project: "team a" });
});

test("client: a check answered with JSON is taken, too", async () => {
  const { client } = clientAnswering(() => json(200, passed));
  assert.deepEqual(await client.check({}), passed);
});

test("client: a stream that ends without a result says so", async () => {
  const { client } = clientAnswering(() => stream(`event: step\ndata: ${JSON.stringify(reach)}\n\n`));
  assert.equal((await refusal(client.check({}))).code, "answer.cut_short");
});

test("client: a stored connection's check sends no form", async () => {
  const { client, sent } = clientAnswering(() => json(200, passed));
  await client.recheck("id/1");
  assert.equal(sent[0]?.url, "/v1/projects/team%20a/connections/id%2F1/check");
  assert.deepEqual(sent[0]?.body, {});
});

test("client: a list's search and cursor are in the query", async () => {
  const { client, sent } = clientAnswering(() => json(200, { items: [], next: null }));
  await client.list({ search: "a&b", cursor: "c", expiring: 14, limit: 50 });
  assert.equal(sent[0]?.url, "/v1/projects/team%20a/connections?search=a%26b&cursor=c&expiring=14&limit=50");
});

test("client: a connection that got no answer is sent again as the same request, any other as a new one", async () => {
  let answer = (): Response => {
    throw new TypeError("the network is down");
  };
  const { client, sent } = clientAnswering(() => answer());
  await refusal(client.create({ name: "a" }, { verify: false }));
  answer = () => json(201, {});
  await client.create({ name: "a" }, { verify: false });
  await client.create({ name: "a" }, { verify: false });
  const [first, again, next] = sent.map(({ headers }) => headers.get("idempotency-key"));
  assert.match(first ?? "", /^[0-9a-f]{32}$/);
  assert.equal(again, first);
  assert.notEqual(next, first);
});

test("client: creating verifies only when asked", async () => {
  const { client, sent } = clientAnswering(() => json(201, {}));
  await client.create({}, { verify: true });
  await client.create({}, { verify: false });
  assert.deepEqual(
    sent.map(({ url }) => url),
    ["/v1/projects/team%20a/connections?verify=true", "/v1/projects/team%20a/connections"],
  );
});

test("client: renaming names the version that was seen", async () => {
  const { client, sent } = clientAnswering(() => json(200, {}));
  await client.edit({ id: "1", version: 7 }, { name: "new" });
  assert.equal(sent[0]?.headers.get("if-match"), '"7"');
  assert.deepEqual(sent[0]?.body, { name: "new" });
});

test("client: a problem is an error with all that it says", async () => {
  const findings = [{ field: "name", severity: "error", code: "name.required", params: {}, message: "…", start: 0, end: 0 }];
  const { client } = clientAnswering(() => json(422, { code: "form.invalid", title: "No", detail: "Because", findings, requestId: "r1" }));
  const error = await refusal(client.create({}, { verify: true }));
  assert.deepEqual([error.code, error.status, error.message, error.detail, error.requestId], ["form.invalid", 422, "No", "Because", "r1"]);
  assert.deepEqual(error.findings, findings);
});

test("client: a failed verify carries its check", async () => {
  const failed: Check = { ...passed, ok: false, proved: "none" };
  const { client } = clientAnswering(() => json(422, { code: "check.failed", title: "No", check: failed }));
  assert.deepEqual((await refusal(client.create({}, { verify: true }))).check, failed);
});

test("client: an answer that is no problem is still an error with its status", async () => {
  const { client } = clientAnswering(() => new Response("<html>", { status: 502, headers: { "retry-after": "3" } }));
  const error = await refusal(client.list());
  assert.deepEqual([error.status, error.code, error.retryAfter], [502, "answer.unexpected", 3]);
});

test("client: 401 means signed out, 403 forbidden", async () => {
  const { client } = clientAnswering(() => json(401, { code: "auth.invalid", title: "No" }));
  assert.equal((await refusal(client.list())).signedOut, true);
  const other = clientAnswering(() => json(403, { code: "permission.missing", title: "No" }));
  assert.equal((await refusal(other.client.list())).forbidden, true);
});

test("client: no answer at all is a network error, a canceled one stays an abort", async () => {
  const down = clientAnswering(() => Promise.reject(new TypeError("fetch failed")));
  assert.equal((await refusal(down.client.list())).code, "network");
  const canceled = clientAnswering(() => Promise.reject(new DOMException("stop", "AbortError")));
  await assert.rejects(canceled.client.list(), { name: "AbortError" });
});

for (const body of ["", "null", "[]", '"text"', "{", "<html>"]) {
  test(`problem: ${JSON.stringify(body)} is none`, () => assert.equal(parseProblem(body), undefined));
}

test("client: half a surrogate pair is sent as the module read it", async () => {
  const { client, sent } = clientAnswering(() => json(200, {}));
  await client.create({ name: "\ud800x" }, { verify: false });
  assert.deepEqual(sent[0]?.body, { name: "\ufffdx" });
});
