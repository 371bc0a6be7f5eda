import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Browser, serve, type Tab } from "./support/browser.js";
import { identityProvider } from "./support/identity-provider.js";
import { connection, signIn, tokenOf } from "./support/signed-in.js";

const LIMIT = { timeout: 120_000 };
const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const ONE = connection({
  endpoint: "https://registry.example.com/team",
  uses: [{ consumer: "nightly", title: "Nightly build", until: "2030-01-01T00:00:00Z" }],
});

/** What axe finds against WCAG 2.2 A and AA and its best practices. */
async function violations(tab: Tab): Promise<string[]> {
  await tab.inject(AXE);
  return tab.run(`return axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " " + target.join(" ") + ": " + failureSummary)))`);
}

/** A place, what shows that it is there, and what is pressed there. */
const places: [string, string, string, readonly string[]][] = [
  ["the choice of registry", "#/connections/new", "[data-testid=provider-select]", ["[data-testid=provider-select]"]],
  ["a login with a setup", "#/connections/new?provider=amazon-ecr&auth=assume-role", "[data-testid=login-setup]", ["[data-testid=setup-snippet] summary"]],
  ["lines for jobs", `#/connections/${ONE.id}/use`, "[data-testid=job]", []],
  ["credentials in use", `#/connections/${ONE.id}/credentials`, "[data-testid=uses]", []],
  ["a project's settings", "#/project/settings", "[data-testid=external-id]", []],
  ["a project's notices", "#/project/notices", "[data-testid=end-notices-button]", []],
  ["a project's activity", "#/project/activity", "[data-testid=audit-entry]", []],
];

test("access: axe finds nothing, in light and dark, wide and on a phone, and nothing is wider than the window", LIMIT, async (t) => {
  const site = await serve(t, {
    api: ({ path }) => {
      if (path === "/v1/service") return [200, { egressAddresses: ["203.0.113.7"], awsAccountId: "123456789012", issuer: null }];
      if (path.endsWith("/settings"))
        return [200, { scanTimeoutSeconds: 3600, keepNewest: null, awsExternalId: "bowline-3f2a", version: 1, updatedAt: ONE.updatedAt }];
      if (path.endsWith("/notices")) {
        return [
          200,
          {
            url: "https://hooks.example.com",
            kinds: ["sync.failed"],
            updatedAt: null,
            lastDeliveredAt: ONE.updatedAt,
            problem: "HTTP 500",
            pending: 2,
            setAside: 1,
          },
        ];
      }
      if (path.endsWith("/acme/audit")) {
        const entry = { version: 1, at: ONE.updatedAt, subject: "anna", from: null, requestId: "r" };
        return [200, { items: [{ ...entry, number: 1, connection: ONE.id, action: "update", changes: { name: ["Old", "New"] } }], next: "1" }];
      }
      if (path.endsWith("/connections")) return [200, { items: [ONE], next: null }];
      return path.endsWith(ONE.id) ? [200, ONE] : undefined;
    },
  });
  const tab = await signIn(new Browser(t), site, tokenOf({ projects: ["acme", "acme-production-europe"] }));
  const found: string[] = [];
  for (const [width, dark] of [
    [1280, false],
    [320, true],
  ] as const) {
    await tab.resize(width, 900);
    await tab.dark(dark);
    for (const [place, hash, shown, pressed] of places) {
      // Each place anew, as somebody comes to it.
      await tab.run(`location.hash = "#/connections"`);
      await tab.see("[data-testid=connection-row]");
      await tab.run(`location.hash = ${JSON.stringify(hash)}`);
      await tab.see(shown);
      for (const one of pressed) await tab.click(one);
      found.push(...(await violations(tab)).map((violation) => `${place}, ${width}: ${violation}`));
      const wider = await tab.run<number>("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
      const project = await tab.run<number>(`return find("[data-testid=project-select]").getBoundingClientRect().width`);
      if (project < 64) found.push(`${place}: of the project ${project} pixels are to be seen at ${width}`);
      if (wider > 0) found.push(`${place} is ${wider} pixels wider than ${width}`);
    }
  }
  assert.deepEqual(found, []);
});

test("access: axe finds nothing where somebody signs in by an identity provider", LIMIT, async (t) => {
  const { issuer } = await identityProvider(t);
  const site = await serve(t, { oidc: { issuer, clientId: "console", scope: "openid" } });
  const tab = await new Browser(t).open(site.origin);
  await tab.click("summary");
  assert.deepEqual(await violations(tab), []);
});
