import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field, Finding, Provider } from "bowline";
import { dayOf, endOfDay, FormDraft, isSecondary } from "../src/form/draft.js";

const capabilities = {
  catalog: true,
  tags: true,
  testNeedsImage: false,
  events: false,
  quarantine: false,
  imageStreams: false,
  cleanup: true,
  automatic: true,
};
const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  kind: "text",
  required: true,
  autocomplete: "off",
  ...more,
});
const hub: Provider = {
  id: "docker-hub",
  title: "Docker Hub",
  docsUrl: "https://docs.example.com",
  group: "hosted",
  rank: 1,
  notifications: null,
  capabilities,
  auth: [
    {
      id: "password",
      title: "Token",
      fields: [field("username"), field("password", { kind: "secret" }), field("url", { required: false, default: "docker.io" })],
    },
    { id: "anonymous", title: "None", fields: [field("namespace", { required: false })] },
  ],
};
const generic: Provider = {
  id: "docker-registry",
  title: "Any registry",
  docsUrl: "https://docs.example.com",
  group: "generic",
  rank: 2,
  notifications: null,
  capabilities,
  auth: [
    {
      id: "password",
      title: "Password",
      fields: [field("url"), field("username", { required: false }), field("password", { kind: "secret", required: false })],
    },
    { id: "oauth2", title: "Token", fields: [field("url"), field("token", { kind: "secret" })] },
  ],
};

const harbor: Provider = { ...generic, id: "harbor", title: "Harbor" };

function draftOf(id: string): FormDraft {
  const draft = new FormDraft([hub, generic, harbor]);
  draft.selectProvider(id);
  return draft;
}

const finding = (path: string, more: Partial<Finding> = {}): Finding => ({
  field: path,
  severity: "error",
  code: "some.code",
  params: {},
  message: "…",
  start: 0,
  end: 0,
  ...more,
});
const shownAt = (draft: FormDraft, ...findings: Finding[]): string[] => [...draft.shown(findings).keys()];

test("draft: a provider starts with its first way to sign in", () => {
  const draft = draftOf("docker-hub");
  assert.equal(draft.auth?.id, "password");
  assert.equal(draft.form().provider, "docker-hub");
});

test("draft: text is sent exactly as typed, and only what the way to sign in asks for", () => {
  const draft = draftOf("docker-registry");
  draft.type("values.url", " Registry.example.com/ ");
  draft.type("values.username", "robot$ci");
  draft.type("values.password", "secret ");
  assert.deepEqual(draft.form().values, { url: " Registry.example.com/ ", username: "robot$ci", password: "secret " });
  draft.selectAuth("oauth2");
  assert.deepEqual(draft.form().values, { url: " Registry.example.com/ " });
});

test("draft: what was typed is there again when somebody comes back to a way to sign in", () => {
  const draft = draftOf("docker-registry");
  draft.type("values.username", "ci");
  draft.selectAuth("oauth2");
  draft.selectAuth("password");
  assert.equal(draft.get("values.username"), "ci");
});

test("draft: another type starts with its own first way to sign in", () => {
  const draft = draftOf("docker-registry");
  draft.selectAuth("oauth2");
  draft.selectProvider("docker-hub");
  assert.equal(draft.auth?.id, "password");
  draft.selectAuth("anonymous");
  draft.selectProvider("docker-registry");
  assert.equal(draft.auth?.id, "password");
});

test("draft: another type gets name, address and description, and nothing else", () => {
  const draft = draftOf("docker-registry");
  const typed = ["name", "description", "values.url", "values.username", "values.password", "image", "expiresAt"];
  for (const path of typed) draft.type(path, `typed into ${path}`);
  draft.trust("auth.example.com");
  draft.selectProvider("harbor");
  const kept = typed.filter((path) => draft.get(path) !== "");
  assert.deepEqual(kept, ["name", "description", "values.url"]);
  assert.deepEqual(draft.form().trustedAuthHosts, []);
  draft.selectProvider("docker-registry");
  assert.equal(draft.get("values.password"), "", "a secret comes back");
});

test("draft: another type starts untouched", () => {
  const draft = draftOf("docker-registry");
  draft.touchAll();
  draft.answer([finding("name", { code: "name.taken" })]);
  draft.selectProvider("docker-hub");
  assert.deepEqual(shownAt(draft, finding("values.username"), finding("name")), []);
});

test("draft: the same type chosen again changes nothing", () => {
  const draft = draftOf("docker-hub");
  draft.type("values.password", "dckr_pat_x");
  draft.selectProvider("docker-hub");
  assert.equal(draft.get("values.password"), "dckr_pat_x");
});

test("draft: an address does not hide among another type's options", () => {
  const draft = draftOf("docker-registry");
  draft.type("values.url", "registry.example.com");
  draft.selectProvider("docker-hub");
  assert.equal(draft.form().values?.["url"], undefined);
});

test("draft: accepting the detected type keeps the address", () => {
  const draft = draftOf("docker-registry");
  draft.type("values.url", "docker.io/acme");
  draft.acceptDetected("docker-hub");
  assert.equal(draft.provider?.id, "docker-hub");
  assert.equal(draft.form().values?.["url"], "docker.io/acme");
});

test("draft: nothing is red before it was touched", () => {
  const draft = draftOf("docker-hub");
  assert.deepEqual(shownAt(draft, finding("values.username")), []);
  draft.touch("values.username");
  assert.deepEqual(shownAt(draft, finding("values.username"), finding("values.password")), ["values.username"]);
});

test("draft: while typing only what helps is shown", () => {
  const draft = draftOf("docker-registry");
  draft.type("values.url", "h");
  assert.deepEqual(shownAt(draft, finding("values.url")), []);
  assert.deepEqual(shownAt(draft, finding("values.url", { severity: "warning" })), ["values.url"]);
  assert.deepEqual(shownAt(draft, finding("values.url", { suggestion: "docker.io" })), ["values.url"]);
});

test("draft: going on shows everything", () => {
  const draft = draftOf("docker-hub");
  draft.touchAll();
  assert.deepEqual(shownAt(draft, finding("values.username"), finding("name")), ["values.username", "name"]);
});

test("draft: what the server found goes when its field changes, not before", () => {
  const draft = draftOf("docker-hub");
  draft.answer([finding("values.password", { code: "auth.rejected" }), finding("name", { code: "name.taken" })]);
  assert.deepEqual(shownAt(draft), ["values.password", "name"]);
  draft.type("values.password", "other");
  assert.deepEqual(shownAt(draft), ["name"]);
});

test("draft: the same finding from module and server is shown once", () => {
  const draft = draftOf("docker-hub");
  draft.answer([finding("name")]);
  assert.equal(draft.shown([finding("name")]).get("name")?.length, 1);
});

const names: [string, string, string | null, string][] = [
  ["a URL", "docker-registry", "https://registry.example.com:5000/team", "registry.example.com:5000/team"],
  ["no endpoint yet", "docker-registry", null, ""],
  ["a provider with its own address", "docker-hub", "docker.io", "Docker Hub"],
  ["a namespace there", "docker-hub", "docker.io/acme", "docker.io/acme"],
  ["more than 64 characters", "docker-registry", `https://${"a".repeat(80)}.example`, "a".repeat(64)],
];
for (const [name, provider, endpoint, expected] of names) {
  test(`draft: the proposed name for ${name}`, () => {
    const draft = draftOf(provider);
    draft.proposeName(endpoint);
    assert.equal(draft.get("name"), expected);
  });
}

test("draft: a name that somebody typed is left alone, an emptied one too", () => {
  const draft = draftOf("docker-hub");
  draft.type("name", "");
  draft.proposeName("docker.io");
  assert.equal(draft.get("name"), "");
});

test("draft: filling in takes what is named and leaves the rest", () => {
  const draft = draftOf("docker-hub");
  draft.type("name", "mine");
  draft.fill({ provider: "docker-registry", auth: "password", values: { url: "registry.example.com", username: "ci", password: null } });
  const { provider, name, values } = draft.form();
  assert.deepEqual([provider, name, values], ["docker-registry", "mine", { url: "registry.example.com", username: "ci" }]);
});

test("draft: a host is trusted once, and no more when it is taken back", () => {
  const draft = draftOf("docker-registry");
  draft.trust("auth.example.com");
  draft.trust("auth.example.com");
  assert.deepEqual(draft.form().trustedAuthHosts, ["auth.example.com"]);
  draft.untrust("auth.example.com");
  assert.deepEqual(draft.form().trustedAuthHosts, []);
});

test("draft: it is changed by what is typed, not by what it was given or proposes", () => {
  const draft = draftOf("docker-registry");
  draft.fill({ values: { url: "registry.example.com" } });
  draft.begin();
  draft.proposeName("https://registry.example.com");
  assert.equal(draft.isChanged, false);
  draft.type("values.username", "ci");
  assert.equal(draft.isChanged, true);
  draft.type("values.username", "");
  assert.equal(draft.isChanged, false);
});

test("draft: the further options are those that are fine when left alone", () => {
  const fields = [
    field("url"),
    field("url", { required: false, default: "docker.io" }),
    field("namespace", { required: false }),
    field("preferDtrApi", { required: false, kind: "checkbox" }),
    field("username", { required: false }),
  ];
  assert.deepEqual(fields.map(isSecondary), [false, true, true, true, false]);
});

test("draft: a day that credentials end on is its last second, and back", () => {
  assert.equal(endOfDay("2026-12-01"), "2026-12-01T23:59:59Z");
  assert.equal(dayOf("2026-12-01T23:59:59Z"), "2026-12-01");
  assert.equal(endOfDay(""), "");
  assert.equal(dayOf("soon"), "");
});
