// In the page of words.test.mjs: puts every text into ⟦brackets⟧ and reads all elements in all their states.

import { checkForm, checkPolicy, providers, ready } from "./plain/node_modules/bowline/index.js";
import { ApiError, messages, setMessages } from "./plain/node_modules/bowline/elements.js";

const AT = "2026-11-21T10:00:00Z";
const DIGEST = `sha256:${"0".repeat(64)}`;
/** What somebody typed or a registry answered: no text of ours. A name of a form's file is the browser's. */
const DATA = [
  // Names of time zones, the longest first.
  ...Intl.supportedValuesOf("timeZone")
    .map((zone) => zone.replaceAll("_", " "))
    .sort((one, other) => other.length - one.length),
  "Nowhere",
  DIGEST,
  DIGEST.slice(0, 19),
  "https://registry.example.com",
  "registry.example.com",
  "registry.example.org",
  "auth.example.net",
  "Production images",
  "team/app",
  "team/",
  "internal-",
  "/^v",
  "stable",
  "scanner-frankfurt",
  "scanner",
  "Deploy to Frankfurt",
  "Europe/Vienna",
  "UTC",
  "Bearer",
  "registry/2.0",
  "two findings",
  "docker login",
  "docker pull",
  " -u ",
  "0197a0c2",
  "/v1/events/",
  "shown-this-once",
  "a snippet",
  "location.host",
  "ftp://",
  "not a host",
  "example",
  "sha256",
];
/** Typed into every field of every form, to be told what is wrong with it. */
const TYPED = ["", " not a host ", "ftp://registry.example.com:99999/team", "me@example.com", "{}", "AKIAIOSFODNN7EXAMPLE"];
const POLICIES = [
  { mode: "manual" },
  {
    mode: "automatic",
    at: "2:30",
    timezone: "Nowhere",
    include: ["/^v", "registry.example.com/team", ""],
    never: ["UPPER"],
    always: ["/alpine"],
    condition: { kind: "latest", count: 0 },
  },
  {
    mode: "automatic",
    condition: { kind: "created-within", amount: 0, unit: "days" },
    cleanup: true,
    quarantine: true,
    imageStreams: true,
    events: true,
    scanner: { kind: "specific", names: [] },
    scanTimeoutSeconds: 1,
  },
];
const PROBLEMS = [
  "auth.rejected",
  "realm.not_trusted",
  "credential.can_push",
  "connection.in_use",
  "forbidden",
  "server.error",
  "image.unknown",
  "answer.unexpected",
];

const said = (words) => `⟦${words}⟧`;

/** The same texts, in brackets. */
function wrapped(texts) {
  if (typeof texts === "string") return said(texts);
  if (typeof texts === "function") return (...parameters) => said(texts(...parameters));
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, wrapped(value)]));
}

/** Every form that is filled in here: a registry type, a way to sign in, and the same text everywhere. */
const ways = () => providers().flatMap((provider) => provider.auth.map((auth) => ({ provider, auth })));
const filled = ({ provider, auth }, typed) => ({
  provider: provider.id,
  auth: auth.id,
  name: typed,
  image: typed,
  values: Object.fromEntries(auth.fields.map(({ name }) => [name, typed])),
});

function replaceAll() {
  const findings = [
    ...ways().flatMap((way) => TYPED.flatMap((typed) => checkForm(filled(way, typed)).findings)),
    ...providers().flatMap(({ id }) => POLICIES.flatMap((policy) => checkPolicy(policy, id, "registry.example.com").findings)),
  ];
  const fields = ways().flatMap(({ provider, auth }) =>
    auth.fields.map((field) => [
      `${provider.id}.${field.name}`,
      {
        label: said(field.label),
        placeholder: said(field.placeholder ?? ""),
        help: { pull: said(field.help?.pull ?? ""), push: said(field.help?.push ?? "") },
        options: Object.fromEntries((field.options ?? []).map(({ value, label }) => [value, said(label)])),
      },
    ]),
  );
  const { locale: _, providers: types, auth, fields: none, findings: codes, problems, stepDetails, ...texts } = messages();
  setMessages({
    ...wrapped(texts),
    locale: "ar-u-nu-arab",
    providers: Object.fromEntries(providers().map(({ id, title }) => [id, { title: said(title) }])),
    auth: Object.fromEntries(ways().map(({ provider, auth }) => [`${provider.id}.${auth.id}`, said(auth.title)])),
    fields: Object.fromEntries(fields),
    findings: Object.fromEntries(findings.map(({ code }) => [code, ({ message }) => said(message)])),
    problems: Object.fromEntries(
      PROBLEMS.map((code) => [code, ({ title, detail, hint }) => ({ title: said(title), detail: detail && said(detail), hint: hint && said(hint) })]),
    ),
    stepDetails: Object.fromEntries(["reach", "authenticate", "catalog"].map((step) => [step, ({ detail }) => (detail ? said(detail) : "")])),
  });
  const instructions = Object.fromEntries(
    providers().map(({ id }) => [id, () => ({ steps: [said("do this")], snippet: "a snippet", docs: "https://example.com" })]),
  );
  const setups = ways()
    .filter(({ auth }) => auth.setup !== undefined)
    .map(({ provider, auth }) => [
      `${provider.id}.${auth.id}`,
      { ...auth.setup, steps: auth.setup.steps.map(said), snippets: auth.setup.snippets.map(({ title, text }) => ({ title: said(title), text })) },
    ]);
  setMessages({ events: { instructions }, setups: Object.fromEntries(setups) });
}

// --- what they show

const kept = {
  id: "0197a0c2",
  project: "acme",
  name: "Production images",
  description: "",
  provider: "docker-registry",
  auth: "password",
  purpose: "pull",
  endpoint: "https://registry.example.com",
  values: { username: "scanner" },
  secrets: ["password"],
  policy: null,
  trustedAuthHosts: ["auth.example.net"],
  image: "team/app",
  uses: [{ consumer: "deploy", title: "Deploy to Frankfurt", until: AT }],
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  credentialsChangedAt: "2026-11-22T10:00:00Z",
  lastUsedAt: AT,
  expiresAt: AT,
  lastCheck: { at: AT, ok: false, proved: "reach", problem: { code: "auth.rejected", title: "Rejected", detail: "Why", hint: "What to do" } },
};
const rejected = {
  ok: false,
  proved: "reach",
  warnings: [],
  steps: [
    { step: "reach", status: "passed", elapsedMs: 41, detail: "An answer" },
    { step: "authenticate", status: "failed", elapsedMs: 1088 },
    { step: "catalog", status: "skipped" },
  ],
  problem: { code: "realm.not_trusted", title: "Rejected", detail: "Why", hint: "What to do", field: "trustedAuthHosts" },
  facts: { realm: "https://auth.example.net" },
};
const passed = {
  ok: true,
  proved: "pull",
  problem: null,
  steps: [{ step: "reach", status: "passed", elapsedMs: 41, detail: "An answer" }],
  warnings: [{ code: "credential.can_push", title: "May push" }],
  facts: {
    server: "registry/2.0",
    scheme: "bearer",
    image: "team/app",
    digest: DIGEST,
    canPush: "yes",
    tokenExpiresAt: AT,
    rateLimit: { limit: 100, remaining: 7, windowSeconds: 3600 },
  },
};
const failing = (status, code) => async () => {
  throw new ApiError({ code, title: "Refused", detail: "Why", requestId: "0197a0c2" }, status);
};
const client = {
  list: async () => ({ items: [kept], next: "more" }),
  check: async () => rejected,
  create: failing(503, "server.error"),
  scanners: async () => [{ name: "scanner-frankfurt" }],
};

const counts = { new: 1, replaced: 2, unchanged: 3, gone: 4, skipped: 5 };
const sync = (more = {}) => ({
  id: "1",
  origin: "request",
  state: "done",
  startedAt: AT,
  finishedAt: AT,
  phase: "done",
  repositories: { listed: 9, read: 4, failed: 1 },
  images: counts,
  skipped: ["never", "include", "condition", "artifact"].map((list) => ({ list, pattern: "internal-", repositories: 1, images: 2 })),
  queued: 2,
  requests: 3,
  complete: false,
  problem: null,
  ...more,
});
const syncs = (running, last) => ({ syncStatus: async () => ({ running, last, next: AT }), sync: () => new Promise(() => undefined) });
const image = (state, more) => ({
  repository: "team/app",
  tag: state,
  digest: DIGEST,
  createdAt: AT,
  pushedAt: null,
  size: 4_200_000,
  firstSeen: AT,
  lastSeen: AT,
  state,
  goneAt: state === "gone" ? AT : null,
  selected: true,
  decidedBy: "include",
  pattern: "team/",
  scan: null,
  ...more,
});
const images = [
  image("new", { scan: { state: "queued", at: AT } }),
  image("replaced", { selected: false, decidedBy: "never", scan: { state: "leased", at: AT } }),
  image("unchanged", { decidedBy: "always" }),
  image("gone", { selected: null, decidedBy: null, problem: "manifest.unsupported" }),
  image("new", { problem: "server.error" }),
  ...["artifact", "condition"].map((decidedBy) => image("new", { selected: false, decidedBy })),
];
const scans = ["queued", "leased", "passed", "failed", "set-aside"].map((state, place) => ({
  id: state,
  repository: "team/app",
  tag: "stable",
  digest: DIGEST,
  image: "team/app",
  state,
  origin: ["sync", "event", "request"][place % 3],
  attempts: place,
  queuedAt: AT,
  leasedAt: AT,
  deadline: AT,
  finishedAt: null,
  scanner: "scanner-frankfurt",
  reason: "two findings",
}));
const address = (enabled) => ({
  enabled,
  url: "/v1/events/0197a0c2",
  secretIn: "header",
  header: "Authorization",
  createdAt: AT,
  received: enabled ? 12 : 0,
  unknown: enabled ? 2 : 0,
  lastReceivedAt: enabled ? AT : null,
});
const settings = { scanTimeoutSeconds: 3600, keepNewest: null, awsExternalId: "bowline-3f2a", version: 1, updatedAt: AT };
const told = {
  url: "https://registry.example.com",
  kinds: ["sync.failed"],
  updatedAt: AT,
  lastDeliveredAt: AT,
  problem: "two findings",
  pending: 2,
  setAside: 1,
};
const automatic = {
  ...kept,
  policy: {
    mode: "automatic",
    at: "02:30",
    timezone: "Europe/Vienna",
    include: ["team/"],
    never: ["internal-"],
    always: ["stable"],
    scanner: { kind: "specific", names: ["scanner-frankfurt"] },
  },
};

/** Element, properties, what shows that it is there, and what is clicked one after the other. */
const states = () => [
  ["connection-list", { client }, "bowline-connection-row", ["button.name", "[data-testid=rename-button]"]],
  [
    "connection-list",
    { client: { ...client, remove: failing(409, "connection.in_use") } },
    "bowline-connection-row",
    ["[data-testid=remove-button]", "[data-testid=confirm-remove-button]"],
  ],
  ["connection-list", { client: { list: async () => ({ items: [], next: null }) } }, ".blank"],
  ["connection-list", { client: { list: failing(403, "forbidden") } }, ".blank"],
  ["connection-list", { client: { list: failing(500, "server.error") } }, ".notice"],
  ["connection-list", { client: { list: () => new Promise(() => undefined) } }, ".skeleton"],
  ["check-result", {}, ".say"],
  ["check-result", { running: true }, "li"],
  ["check-result", { cancelled: true }, ".say"],
  ["check-result", { check: rejected, consent: true, commands: ["docker login registry.example.com -u scanner"] }, ".notice"],
  ["check-result", { check: passed, stale: true }, ".notice"],
  ["check-result", { error: new ApiError({ code: "server.error", title: "Refused", detail: "Why" }, 503) }, ".notice"],
  ...POLICIES.flatMap((policy) =>
    ["", "openshift", "azure-acr", "red-hat-atomic"].map((provider) => ["policy-form", { policy, provider, scanners: ["scanner-frankfurt"] }, ".modes"]),
  ),
  [
    "policy-editor",
    {
      client: {
        ...client,
        edit: failing(412, "answer.unexpected"),
        selection: async () => ({ images: [{ repository: "team/app", tag: "stable" }, { repository: "internal-" }], complete: false }),
      },
      connection: automatic,
    },
    ".modes",
    ["[data-testid=tester-load-button]", "[data-testid=save-policy-button]", "[data-testid=tester-filter-left]"],
  ],
  ["policy-editor", { client, connection: automatic, readonly: true }, ".modes"],
  ["pattern-tester", { patterns: ["/^v"], images: [{ repository: "team/app" }] }, ".bar"],
  [
    "image-browser",
    {
      client: {
        repositories: async () => ({ items: [{ name: "team/app" }], complete: false }),
        tags: async () => ({ items: [{ name: "stable" }], complete: true }),
      },
      connection: kept,
    },
    "[data-testid=repository]",
    ["[data-testid=repository]"],
  ],
  [
    "audit-log",
    {
      client: {
        audit: async () => ({
          items: [
            {
              action: "update",
              version: 2,
              at: AT,
              subject: "scanner",
              from: "auth.example.net",
              requestId: "0197a0c2",
              changes: { name: ["stable", "Production images"], policy: [null, null] },
            },
            { action: "create", version: 1, at: AT, subject: "scanner", from: null, requestId: "0197a0c2", changes: {} },
          ],
          next: "more",
        }),
      },
      connection: kept,
    },
    "[data-testid=audit-entry]",
  ],
  ["audit-log", { client: { audit: async () => ({ items: [], next: null }) }, connection: kept }, ".blank"],
  ["audit-log", { client: { audit: () => new Promise(() => undefined) }, connection: kept }, ".skeleton"],
  [
    "project-audit",
    {
      client: {
        projectAudit: async () => ({
          items: ["settings", "external-id", "refused"].map((action, place) => ({
            action,
            number: place + 1,
            connection: "0197a0c2",
            version: 1,
            at: AT,
            subject: "scanner",
            from: null,
            requestId: "0197a0c2",
            changes: { scanTimeoutSeconds: [60, 3600] },
          })),
          next: null,
        }),
      },
    },
    "[data-testid=audit-entry]",
  ],
  ["project-audit", { client: { projectAudit: async () => ({ items: [], next: null }) } }, ".blank"],
  ["project-settings", { client: { settings: async () => settings, saveSettings: async () => settings } }, "form", ["[data-testid=save-settings-button]"]],
  ["project-settings", { client: { settings: async () => ({ ...settings, scanTimeoutSeconds: 0 }) } }, "form", ["[data-testid=save-settings-button]"]],
  ["project-settings", { client: { settings: async () => settings }, readonly: true }, "form"],
  [
    "project-notices",
    { client: { notices: async () => told, changeNotices: async () => ({ ...told, secret: "shown-this-once" }) } },
    "form",
    ["[data-testid=replace-notices-secret-button]", "[data-testid=confirm-notices-button]", "[data-testid=end-notices-button]"],
  ],
  ["project-notices", { client: { notices: async () => ({ ...told, url: null, kinds: [] }) }, readonly: true }, "form"],
  ["project-notices", { client: { notices: async () => ({ ...told, url: null, kinds: [] }) } }, "form", ["[data-testid=save-notices-button]"]],
  ["job-snippets", { connection: kept }, "[data-testid=job]"],
  ...ways().flatMap(({ provider, auth }) =>
    auth.setup === undefined
      ? []
      : ["123456789012", null].map((awsAccountId) => [
          "connection-form",
          {
            provider: provider.id,
            auth: auth.id,
            client: { ...client, settings: async () => settings, service: async () => ({ egressAddresses: ["203.0.113.7"], awsAccountId }) },
          },
          awsAccountId === null ? "[data-testid=setup-unavailable]" : "[data-testid=login-setup]",
        ]),
  ),
  ["connection-list", { client, closed: said("Your plan has one connection.") }, "[data-testid=add-closed]"],
  ["image-browser", { client: { repositories: failing(502, "auth.rejected") }, connection: kept }, ".notice"],
  ["sync-panel", { client: syncs(null, null), connection: kept }, ".counts"],
  [
    "sync-panel",
    {
      client: {
        ...syncs(null, null),
        syncStatus: async () => ({
          running: null,
          last: null,
          next: null,
          setAside: ["sync", "check"].map((work, place) => ({ work, attempts: 3, reason: "two findings", nextAt: place === 0 ? null : AT })),
        }),
      },
      connection: kept,
    },
    ".notice",
  ],
  ["sync-panel", { client: syncs(sync({ state: "running", phase: "images" }), sync()), connection: automatic }, "progress"],
  ["sync-panel", { client: syncs(null, sync({ complete: true })), connection: automatic }, ".counts", ["[data-testid=sync-button]"]],
  [
    "sync-panel",
    { client: syncs(null, sync({ state: "failed", problem: { code: "auth.rejected", title: "Rejected", detail: "Why", hint: "Do" } })), connection: kept },
    ".notice",
  ],
  [
    "inventory",
    {
      client: {
        images: async () => ({ items: images, next: "more" }),
        queueScans: async () => ({ scans: [scans[0]], refused: [{ image: "team/app", code: "image.unknown", detail: "Gone" }] }),
      },
      connection: kept,
    },
    "[data-testid=image-row]",
    ["[data-testid=choose-image]", "[data-testid=scan-chosen-button]"],
  ],
  ["inventory", { client: { images: async () => ({ items: [], next: null }) }, connection: kept }, ".blank"],
  ["scan-list", { client: { scans: async () => ({ items: scans, next: "more" }) }, connection: kept }, "[data-testid=scan-row]"],
  ["scan-list", { client: { scans: async () => ({ items: [], next: null }) }, connection: kept, readonly: true }, ".blank"],
  ...providers().map(({ id: provider }) => [
    "event-setup",
    {
      client: { events: async () => address(true), renewEvents: async () => ({ ...address(true), authorization: "Bearer shown-this-once" }) },
      connection: { ...kept, provider },
    },
    "[data-testid=event-steps]",
    ["[data-testid=replace-secret-button]", "[data-testid=confirm-secret-button]"],
  ]),
  ["event-setup", { client: { events: async () => address(false) }, connection: kept }, "[data-testid=make-secret-button]"],
];

// --- reading them

const left = new Set();
let texts = 0;

/** Keeps what of a text stands outside of the brackets, data aside. */
function judge(place, words) {
  if (words.trim() === "") return;
  texts += 1;
  let outside = words;
  for (let before = ""; before !== outside;) [before, outside] = [outside, outside.replace(/⟦[^⟦⟧]*⟧/gu, "")];
  for (const data of [...DATA, ...TYPED].sort((one, other) => other.length - one.length)) if (data !== "") outside = outside.replaceAll(data, "");
  if (/\p{Script=Latin}/u.test(outside)) left.add(`${place}: ${words.trim()}`);
}

/** Reads all text below an element, whether it is to be seen or only to be told. */
function read(root, place) {
  for (const element of root.querySelectorAll("*")) {
    const name = `${place} ${element.localName}`;
    for (const attribute of ["aria-label", "placeholder", "title", "alt", "label"]) judge(`${name}[${attribute}]`, element.getAttribute(attribute) ?? "");
    // What somebody typed and a registry answered is written like that.
    const data = element.closest("code, .mono, .monogram") !== null || element.localName === "style";
    if (!data) for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) judge(name, node.data);
    if (element.shadowRoot !== null) read(element.shadowRoot, `${place} ${element.localName}`);
  }
}

function find(selector, root) {
  const found = root.querySelector(selector);
  if (found !== null) return found;
  for (const element of root.querySelectorAll("*")) {
    const inside = element.shadowRoot && find(selector, element.shadowRoot);
    if (inside) return inside;
  }
  return null;
}

/** What fits the selector, once it is there. */
async function seen(selector, root, place) {
  for (let frame = 0; frame < 600; frame += 1) {
    const found = find(selector, root);
    if (found !== null) return found;
    await drawn();
  }
  throw new Error(`${place}: there is no ${selector}`);
}

/** Until what was asked for is drawn. */
async function drawn() {
  await new Promise((frame) => requestAnimationFrame(() => setTimeout(frame)));
}

async function lookAt([name, properties, shown, clicks = []]) {
  const element = Object.assign(document.createElement(`bowline-${name}`), properties);
  document.body.append(element);
  await seen(shown, element.shadowRoot, name);
  for (const selector of [undefined, ...clicks]) {
    if (selector !== undefined) (await seen(selector, element.shadowRoot, name)).click();
    for (let frame = 0; frame < 8; frame += 1) await drawn();
    read(element.shadowRoot, name);
  }
  element.remove();
}

/** A form with each text in all its fields: its labels, helps, options, and what is found. */
async function lookAtForm({ provider, auth }) {
  const place = `connection-form ${provider.id} ${auth.id}`;
  const form = document.createElement("form");
  const element = Object.assign(document.createElement("bowline-connection-form"), { provider: provider.id, auth: auth.id, client });
  form.append(element);
  document.body.append(form);
  await seen("[data-testid=provider-select]", element.shadowRoot, place);
  for (const typed of TYPED) {
    for (const control of element.shadowRoot.querySelectorAll("input:not([type=file]), textarea")) {
      control.value = typed;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
    form.requestSubmit();
    await drawn();
    await drawn();
    read(element.shadowRoot, place);
  }
  form.remove();
}

/** Reads everything: what is not in brackets, how many forms there are and were read, and how many texts. */
export async function look() {
  await ready();
  replaceAll();
  addEventListener("submit", (event) => event.preventDefault());
  const all = ways();
  for (const way of all) await lookAtForm(way);
  await lookAt(["connection-form", {}, "[data-testid=paste-input]"]);
  await lookAt(["connection-form", { client, connection: kept }, "[data-testid=save-button]"]);
  for (const state of states()) await lookAt(state);
  return { left: [...left], ways: all.length, texts };
}
