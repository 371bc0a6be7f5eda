import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Browser, serve } from "./support/browser.js";
import { identityProvider, type ProviderOptions } from "./support/identity-provider.js";
import { connection, tokenOf } from "./support/signed-in.js";

const LIMIT = { timeout: 60_000 };
const IN = "[data-testid=sign-out-button]";

/** The page of an operator with an identity provider. */
async function site(t: TestContext, options: ProviderOptions = {}) {
  const provider = await identityProvider(t, options);
  const page = await serve(t, {
    oidc: { issuer: provider.issuer, clientId: "console", scope: "openid registries" },
    api: ({ path }) => (/^\/v1\/projects\/\w+\/connections$/.test(path) ? [200, { items: [connection()], next: null }] : undefined),
  });
  return { provider, page };
}

test("oidc: somebody signs in by code and PKCE, and is back where they were", LIMIT, async (t) => {
  const { provider, page } = await site(t);
  const tab = await new Browser(t).open(`${page.origin}/#/connections/new?provider=docker-hub`);
  assert.equal(provider.sent.length, 0);
  await tab.click("[data-testid=provider-button]");
  await tab.see(IN);
  await tab.see("[data-testid=field-password]");
  assert.equal(await tab.run("return location.pathname + location.search + location.hash.replace(/&auth=.*/, '')"), "/#/connections/new?provider=docker-hub");
  const [asked] = provider.sent;
  assert.equal(asked?.get("response_type"), "code");
  assert.equal(asked.get("scope"), "openid registries");
  assert.equal(asked.get("redirect_uri"), `${page.origin}/`);
  assert.equal(provider.exchanged(), 1);
  assert.deepEqual(await tab.run("return Object.keys(sessionStorage)"), ["bowline.token"]);
  assert.equal(await tab.run("return localStorage.length"), 0);
});

test("oidc: a second tab is signed in without asking the provider", LIMIT, async (t) => {
  const { provider, page } = await site(t);
  const browser = new Browser(t);
  const first = await browser.open(page.origin);
  await first.click("[data-testid=provider-button]");
  await first.see(IN);
  const second = await browser.open(page.origin);
  await second.see(IN);
  assert.equal(provider.sent.length, 1);
});

test("oidc: an answer counts once, and only in the tab that asked", LIMIT, async (t) => {
  const { provider, page } = await site(t);
  const browser = new Browser(t);
  const other = await browser.open(`${page.origin}/?code=made-up&state=made-up`);
  assert.match(await other.see("[data-testid=link-refused]"), /wasn't started in this tab/);
  assert.equal(await other.run("return location.search"), "");
  await other.click("[data-testid=provider-button]");
  await other.see(IN);
  await other.click(IN);
  const [asked] = provider.sent;
  await other.go(`${page.origin}/?code=code-0&state=${asked?.get("state") ?? ""}`);
  await other.see("[data-testid=link-refused]");
  assert.equal(provider.exchanged(), 1);
});

const refused: [string, ProviderOptions, RegExp][] = [
  ["another nonce", { nonce: "another" }, /didn't sign you in/],
  ["another state", { state: "another" }, /wasn't started in this tab/],
  ["somebody who says no", { error: "access_denied" }, /canceled/],
  ["a token without a project", { claims: { projects: [] } }, /access to any project/],
];
for (const [name, options, said] of refused) {
  test(`oidc: nobody is signed in by ${name}`, LIMIT, async (t) => {
    const { page } = await site(t, options);
    const tab = await new Browser(t).open(page.origin);
    await tab.click("[data-testid=provider-button]");
    assert.match(await tab.see("[data-testid=link-refused]"), said);
    assert.deepEqual(await tab.run("return Object.keys(sessionStorage)"), []);
    assert.deepEqual(page.asked, []);
  });
}

test("oidc: a token works beside the identity provider", LIMIT, async (t) => {
  const { provider, page } = await site(t);
  const tab = await new Browser(t).open(page.origin);
  await tab.click("summary");
  await tab.type("[data-testid=token-input]", tokenOf());
  await tab.click("[data-testid=sign-in-button]");
  await tab.see(IN);
  assert.equal(provider.sent.length, 0);
});
