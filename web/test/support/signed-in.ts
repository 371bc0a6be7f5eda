/** Somebody who is signed in, and what the API keeps for them. */

import type { Connection } from "../../src/api/types.js";
import type { Browser, Site, Tab } from "./browser.js";

const ACTIONS = ["read", "write", "delete", "use"];

/** A token that says this; nobody signed it. */
export function tokenOf(claims: object = {}, actions: readonly string[] = ACTIONS): string {
  const permissions = actions.map((action) => `iam:project:cicd:registry:${action}`);
  const said = { sub: "anna@example.com", exp: Math.floor(Date.now() / 1000) + 3600, projects: ["acme"], permissions, ...claims };
  return `e30.${Buffer.from(JSON.stringify(said)).toString("base64url")}.c2ln`;
}

/** Opens the page by a link with a token in it, and signs in. */
export async function signIn(browser: Browser, site: Site, token = tokenOf()): Promise<Tab> {
  const tab = await browser.open(`${site.origin}/#token=${token}`);
  await tab.click("[data-testid=continue-button]");
  await tab.see("[data-testid=sign-out-button]");
  return tab;
}

/** A connection as the API gives it. */
export function connection(more: Partial<Connection> = {}): Connection {
  const at = "2026-11-30T08:00:00Z";
  return {
    id: "0197a0c2-0000-7000-8000-000000000001",
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
    trustedAuthHosts: [],
    image: "",
    uses: [],
    version: 1,
    createdAt: at,
    updatedAt: at,
    credentialsChangedAt: at,
    lastUsedAt: null,
    expiresAt: null,
    lastCheck: { at, ok: true, proved: "pull", problem: null },
    ...more,
  };
}
