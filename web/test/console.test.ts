import assert from "node:assert/strict";
import { test } from "node:test";
import { formatRoute, parseRoute, type Route } from "../src/console/route.js";
import { arrivalIn, parseToken, type Arrival } from "../src/console/session.js";
import { fromNow, isNear, setLocale } from "../src/formats.js";

setLocale("en");

const NOW = Date.parse("2026-11-21T08:00:00Z");

function tokenOf(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

const good = { sub: "ada", exp: NOW / 1000 + 60, projects: ["default", "other"], permissions: ["iam:project:cicd:registry:read"] };

test("session: a good token", () => {
  const session = parseToken(` ${tokenOf(good)}\n`, NOW);
  assert.ok(typeof session === "object");
  assert.deepEqual([session.subject, session.project, session.may], ["ada", "default", { read: true, write: false, delete: false }]);
});

test("session: claims that are not ASCII", () => {
  const session = parseToken(tokenOf({ ...good, sub: "Zoë" }), NOW);
  assert.ok(typeof session === "object");
  assert.equal(session.subject, "Zoë");
});

const refused: [string, string, string][] = [
  ["one that has ended", tokenOf({ ...good, exp: NOW / 1000 }), "expired"],
  ["one without an end", tokenOf({ ...good, exp: undefined }), "invalid"],
  ["one without a project", tokenOf({ ...good, projects: [] }), "no-project"],
  ["one whose projects are no list", tokenOf({ ...good, projects: "default" }), "no-project"],
  ["two parts", "e30.e30", "invalid"],
  ["no base64", "e30.%%%.c2ln", "invalid"],
  ["no JSON", `e30.${btoa("{")}.c2ln`, "invalid"],
  ["JSON that is no object", `e30.${btoa("7")}.c2ln`, "invalid"],
  ["nothing", "", "invalid"],
];
for (const [name, token, why] of refused) {
  test(`session: ${name} is refused`, () => assert.equal(parseToken(token, NOW), why));
}

const fragments: [string, Arrival | null, string][] = [
  ["#token=a.b.c", { token: "a.b.c", state: null }, ""],
  ["#token=a.b.c&/connections/new", { token: "a.b.c", state: null }, "#/connections/new"],
  ["#token=a.b.c&state=x%20y", { token: "a.b.c", state: "x y" }, ""],
  ["#token=a.b.c&state=&/connections/new?provider=quay&auth=oauth2", { token: "a.b.c", state: "" }, "#/connections/new?provider=quay&auth=oauth2"],
  ["#/connections", null, "#/connections"],
  ["#/connections?token=x", null, "#/connections?token=x"],
  ["#token=a%2Eb", { token: "a.b", state: null }, ""],
  ["#token=%", { token: "%", state: null }, ""],
  ["", null, ""],
];
for (const [fragment, arrival, rest] of fragments) {
  test(`session: the token of ${JSON.stringify(fragment)}`, () => assert.deepEqual(arrivalIn(fragment), { arrival, rest }));
}

const routes: [string, Route][] = [
  ["#/connections", { at: "list", selected: "" }],
  ["#/connections/0197-ab", { at: "list", selected: "0197-ab" }],
  ["#/connections/new", { at: "new", provider: "", auth: "", from: "" }],
  ["#/connections/new?from=0197", { at: "new", provider: "", auth: "", from: "0197" }],
  ["#/connections/0197/policy", { at: "connection", id: "0197", tab: "policy" }],
  ["#/connections/new?provider=docker-hub&auth=oauth2", { at: "new", provider: "docker-hub", auth: "oauth2", from: "" }],
];
for (const [fragment, route] of routes) {
  test(`route: ${fragment} there and back`, () => {
    assert.deepEqual(parseRoute(fragment), route);
    assert.equal(formatRoute(route), fragment);
  });
}

test("route: an empty fragment is the list, an unknown one nowhere", () => {
  assert.deepEqual(parseRoute(""), { at: "list", selected: "" });
  assert.deepEqual(parseRoute("#/policies"), { at: "nowhere" });
  assert.deepEqual(parseRoute("#/connections/a/b"), { at: "nowhere" });
});

const times: [string, string][] = [
  ["2026-11-21T07:59:30Z", "now"],
  ["2026-11-21T07:57:00Z", "3 minutes ago"],
  ["2026-11-21T05:00:00Z", "3 hours ago"],
  ["2026-11-23T09:00:00Z", "in 2 days"],
  ["2026-11-20T07:00:00Z", "yesterday"],
  ["never", ""],
];
for (const [instant, words] of times) {
  test(`when: ${instant} is ${JSON.stringify(words)}`, () => assert.equal(fromNow(instant, NOW), words));
}

test("when: near is less than these days away, or past", () => {
  assert.equal(isNear("2026-11-30T00:00:00Z", NOW, 14), true);
  assert.equal(isNear("2026-12-30T00:00:00Z", NOW, 14), false);
  assert.equal(isNear("2026-11-20T00:00:00Z", NOW, 0), true);
  assert.equal(isNear("", NOW, 14), false);
});
