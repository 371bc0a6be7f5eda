import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { NoticeEndpoint, ProjectAuditEntry, Settings } from "../src/api/types.js";
import { Browser, serve, type Answer, type Asked } from "./support/browser.js";
import { connection, signIn, tokenOf } from "./support/signed-in.js";

const LIMIT = { timeout: 60_000 };
const SETTINGS: Settings = { scanTimeoutSeconds: 3600, keepNewest: null, awsExternalId: "bowline-3f2a", version: 4, updatedAt: "2026-11-30T08:00:00Z" };
const FACTS = { egressAddresses: ["203.0.113.7", "203.0.113.8"], awsAccountId: "123456789012", issuer: null, limits: {} };

/** The page of somebody whose project has these answers. */
async function page(t: TestContext, api: (asked: Asked) => Answer | undefined, actions?: readonly string[]) {
  const site = await serve(t, { api });
  const tab = await signIn(new Browser(t), site, tokenOf({}, actions));
  const go = (place: string): Promise<unknown> => tab.run(`location.hash = ${JSON.stringify(place)}`);
  return { site, tab, go };
}

test("settings: what is changed is saved against the version that was read, and the external ID is there to copy", LIMIT, async (t) => {
  const { site, tab } = await page(t, ({ method, path, body }) => {
    if (path.endsWith("/connections")) return [200, { items: [], next: null }];
    if (!path.endsWith("/settings")) return undefined;
    return [200, method === "PUT" ? { ...SETTINGS, ...(body as object), version: 5 } : SETTINGS];
  });
  await tab.click("[data-testid=project-link]");
  await tab.see("[data-testid=external-id]");
  assert.deepEqual(await tab.run(`return find("[data-testid=external-id]").lines`), ["bowline-3f2a"]);
  assert.equal(await tab.run("return document.title"), "Settings · acme · Bowline");
  await tab.type("[data-testid=field-keepNewest]", "0");
  await tab.click("[data-testid=save-settings-button]");
  assert.match(await tab.see("[data-testid=finding-keepNewest]"), /from 1 to 10000/);
  await tab.type("[data-testid=field-keepNewest]", "20");
  await tab.click("[data-testid=save-settings-button]");
  await tab.until(`find("[data-testid=settings-saved]")?.textContent.includes("saved")`);
  const [saved, ...others] = site.asked.filter(({ method }) => method === "PUT");
  assert.deepEqual([saved?.body, saved?.ifMatch, others], [{ scanTimeoutSeconds: 3600, keepNewest: 20 }, '"4"', []]);
});

test("settings: who may only read sees them, and nothing to press", LIMIT, async (t) => {
  const { tab, go } = await page(t, ({ path }) => (path.endsWith("/settings") ? [200, SETTINGS] : undefined), ["read"]);
  await go("#/project/settings");
  await tab.see("[data-testid=settings-readonly]");
  assert.equal(await tab.run(`return find("[data-testid=field-keepNewest]").matches(":disabled")`), true);
  await tab.seeNo("[data-testid=save-settings-button]");
});

function entry(number: number): ProjectAuditEntry {
  return {
    number,
    connection: number % 2 === 0 ? "0197a0c2-0000-7000-8000-000000000001" : null,
    action: number % 2 === 0 ? "update" : "settings",
    version: number,
    changes: { keepNewest: [number, number + 1] },
    at: "2026-11-30T08:00:00Z",
    subject: "anna@example.com",
    from: null,
    requestId: `request-${number}`,
  };
}

test("activity: a project's is read to its end, told from the latest on, and exported as a whole", LIMIT, async (t) => {
  const all = Array.from({ length: 620 }, (_, index) => entry(index + 1));
  const { tab, go } = await page(t, ({ path, query }) => {
    if (!path.endsWith("/acme/audit")) return undefined;
    const from = Number(query.get("cursor") ?? 0);
    const items = all.slice(from, from + 200);
    return [200, { items, next: String(from + items.length), head: { number: 620 } }];
  });
  await tab.run(
    `window.saved = []; URL.createObjectURL = (blob) => { window.saved.push(blob); return "data:,"; }; HTMLAnchorElement.prototype.click = () => undefined`,
  );
  await go("#/project/activity");
  await tab.see("[data-testid=audit-entry]");
  assert.match(await tab.text(), /latest 500 entries/);
  assert.equal(await tab.run(`return all("[data-testid=audit-entry]").length`), 500);
  assert.match(await tab.run(`return find("[data-testid=audit-entry]").textContent`), /Connection changed[\s\S]*620[\s\S]*621/);
  await tab.click("[data-testid=export-button]");
  await tab.until("window.saved.length === 1");
  const exported = JSON.parse(await tab.run<string>("return window.saved[0].text()")) as { items: readonly ProjectAuditEntry[]; head: unknown };
  assert.deepEqual([exported.items.length, exported.items[0]?.number, exported.head], [620, 1, { number: 620 }]);
});

test("notices: they are turned on with a secret that is shown once, changed, and turned off", LIMIT, async (t) => {
  let kept: NoticeEndpoint = { url: null, kinds: [], updatedAt: null, lastDeliveredAt: null, problem: null, pending: 0, setAside: 0 };
  const { site, tab, go } = await page(t, ({ method, path, body }) => {
    if (!path.endsWith("/notices")) return undefined;
    if (method === "DELETE") kept = { ...kept, url: null, kinds: [] };
    if (method !== "PUT") return method === "DELETE" ? [204] : [200, kept];
    const { url, kinds, renewSecret } = body as { url: string; kinds: NoticeEndpoint["kinds"]; renewSecret: boolean };
    const fresh = kept.url === null || renewSecret;
    kept = { ...kept, url, kinds, problem: "The receiver responded with HTTP 500." };
    return [200, { ...kept, ...(fresh ? { secret: "whsec_c2VjcmV0" } : {}) }];
  });
  await go("#/project/notices");
  await tab.click("[data-testid=save-notices-button]");
  assert.match(await tab.see("[data-testid=finding-url]"), /https/);
  await tab.type("[data-testid=field-url]", "https://hooks.example.com/registries");
  await tab.click("[data-testid='field-sync.failed']");
  await tab.click("[data-testid=save-notices-button]");
  await tab.see("[data-testid=notices-secret]");
  const [turnedOn] = site.asked.filter(({ method }) => method === "PUT");
  assert.deepEqual(turnedOn?.body, {
    url: "https://hooks.example.com/registries",
    renewSecret: false,
    kinds: ["connection.failing", "connection.recovered", "credentials.expiring", "credentials.old", "scan.set_aside"],
  });
  assert.match(await tab.see("[data-testid=notices-problem]"), /HTTP 500/);
  await go("#/project/settings");
  await go("#/project/notices");
  await tab.see("[data-testid=end-notices-button]");
  await tab.seeNo("[data-testid=notices-secret]");
  await tab.click("[data-testid=end-notices-button]");
  await tab.click("[data-testid=confirm-notices-button]");
  await tab.seeNo("[data-testid=end-notices-button]");
  assert.equal(kept.url, null);
});

test("jobs: each has this connection's address, image and secret's name, and no secret", LIMIT, async (t) => {
  const one = connection({ endpoint: "https://registry.example.com/team" });
  const { tab, site } = await page(t, ({ path }) =>
    path.endsWith("/connections") ? [200, { items: [one], next: null }] : path.endsWith(`/${one.id}`) ? [200, one] : undefined,
  );
  await tab.click("button.name");
  await tab.click("[data-testid=use-button]");
  await tab.see("[data-testid=job]");
  const jobs = await tab.run<Record<string, string>>(`return Object.fromEntries(all("[data-testid=job]").map((job) => [job.dataset.job,
    job.querySelector("bowline-copy-lines").shadowRoot.querySelector("code").textContent]))`);
  const config = `${site.origin}/v1/projects/acme/connections/${one.id}/dockerconfig`;
  for (const job of ["shell", "github-actions", "gitlab-ci", "kubernetes"]) assert.ok(jobs[job]?.includes(config), `${job}: ${jobs[job] ?? ""}`);
  for (const job of ["shell", "github-actions", "gitlab-ci"]) assert.ok(jobs[job]?.includes("docker pull registry.example.com/team/app:1.4"), job);
  assert.match(jobs["kubernetes"] ?? "", new RegExp(`imagePullSecrets:\\n    - name: registry-${one.id}`));
  assert.match(jobs["github-actions"] ?? "", /\$\{\{ secrets\.BOWLINE_TOKEN \}\}/);
  assert.ok(jobs["use"]?.includes(`/connections/${one.id}/uses/`), jobs["use"]);
});

test("form: what to create in AWS is there before the first test, with the project's own values", LIMIT, async (t) => {
  const { tab, go } = await page(t, ({ path }) => {
    if (path === "/v1/service") return [200, FACTS];
    return path.endsWith("/settings") ? [200, SETTINGS] : undefined;
  });
  await go("#/connections/new?provider=amazon-ecr&auth=assume-role");
  await tab.see("[data-testid=setup-account]");
  assert.deepEqual(await tab.run(`return ["account", "external-id"].flatMap((one) => find("[data-testid=setup-" + one + "]").lines)`), [
    "123456789012",
    "bowline-3f2a",
  ]);
  await tab.click("[data-testid=setup-snippet][data-title='Trust policy'] summary");
  const policy = JSON.parse(await tab.run<string>(`return all("[data-title='Trust policy'] bowline-copy-lines")[0].lines[0]`)) as {
    Statement: [{ Principal: { AWS: string }; Condition: { StringEquals: Record<string, string> } }];
  };
  assert.equal(policy.Statement[0].Principal.AWS, "arn:aws:iam::123456789012:root");
  assert.deepEqual(policy.Statement[0].Condition.StringEquals, { "sts:ExternalId": "bowline-3f2a" });
  assert.match(await tab.see("[data-testid=egress]"), /203\.0\.113\.7, 203\.0\.113\.8/);
  // With keys of one's own nobody else signs.
  await tab.type("[data-testid=field-accessKeyId]", "AKIAIOSFODNN7EXAMPLE");
  await tab.seeNo("[data-testid=login-setup]");
});

test("form: without an AWS identity of the service the role needs one's own key, which is said", LIMIT, async (t) => {
  const { tab, go } = await page(t, ({ path }) => {
    if (path === "/v1/service") return [200, { ...FACTS, awsAccountId: null, egressAddresses: [] }];
    return path.endsWith("/settings") ? [200, SETTINGS] : undefined;
  });
  await go("#/connections/new?provider=amazon-ecr&auth=assume-role");
  assert.match(await tab.see("[data-testid=setup-unavailable]"), /own access key/);
  await tab.seeNo("[data-testid=egress]");
});

test("form: the test by hand is there before the first test, and logs out again", LIMIT, async (t) => {
  const { tab, go } = await page(t, () => undefined);
  await go("#/connections/new?provider=docker-registry");
  await tab.type("[data-testid=field-url]", "registry.example.com");
  await tab.click("[data-testid=by-hand] summary");
  const lines = await tab.run(`return all("[data-testid=copy-line]").map((line) => line.textContent)`);
  assert.deepEqual(lines, ["docker login registry.example.com", "docker logout registry.example.com"]);
});

test("credentials: who uses them is said before they are replaced", LIMIT, async (t) => {
  const one = connection({ uses: [{ consumer: "nightly", title: "Nightly build", until: "2030-01-01T00:00:00Z" }] });
  const { tab, go } = await page(t, ({ path }) => (path.endsWith(`/${one.id}`) ? [200, one] : undefined));
  await go(`#/connections/${one.id}/credentials`);
  assert.match(await tab.see("[data-testid=uses]"), /Nightly build/);
});

test("list: unused connections are asked for, and old credentials found", LIMIT, async (t) => {
  const old = connection({ id: "0197a0c2-0000-7000-8000-000000000002", name: "Old", credentialsChangedAt: "2020-01-01T00:00:00Z" });
  const fresh = connection({ credentialsChangedAt: new Date().toISOString() });
  const { site, tab } = await page(t, ({ path, query }) =>
    path.endsWith("/connections") ? [200, { items: query.has("unused") ? [fresh] : [fresh, old], next: null }] : undefined,
  );
  await tab.see("[data-name=Old]");
  await tab.choose("[data-testid=state-filter]", "unused");
  await tab.seeNo("[data-name=Old]");
  assert.equal(site.asked.at(-1)?.query.get("unused"), "30");
  await tab.choose("[data-testid=state-filter]", "old");
  await tab.see("[data-name=Old]");
  await tab.seeNo(`[data-name="${fresh.name}"]`);
});

test("list: a product says why no connection can be added", LIMIT, async (t) => {
  const { tab } = await page(t, ({ path }) => (path.endsWith("/connections") ? [200, { items: [connection()], next: null }] : undefined));
  await tab.see("[data-testid=add-button]");
  await tab.run(`const list = find("bowline-connection-list"); list.closed = "Your plan has one connection.";
    list.append(Object.assign(document.createElement("a"), { slot: "closed", href: "#/plans", textContent: "See plans" }));`);
  assert.match(await tab.see("[data-testid=add-closed]"), /Your plan has one connection\./);
  assert.equal(await tab.run(`return find("[data-testid=add-button]").disabled`), true);
});
