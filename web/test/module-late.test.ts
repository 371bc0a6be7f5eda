import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser, serve } from "./support/browser.js";
import { connection, signIn } from "./support/signed-in.js";

/** The page while its module is on its way. */
async function withoutModule(t: Parameters<typeof serve>[0]) {
  let release = (): void => undefined;
  const held = new Promise<void>((done) => (release = done));
  const site = await serve(t, {
    api: ({ path }) => (path.endsWith("/connections") ? [200, { items: [connection({ provider: "docker-hub" })], next: null }] : undefined),
    file: (name) => (name.endsWith(".wasm") ? held : undefined),
  });
  return { site, release };
}

test("module late: the list has its titles, and a registry type can be chosen and filled in", { timeout: 60_000 }, async (t) => {
  const { site, release } = await withoutModule(t);
  const tab = await signIn(new Browser(t), site);
  await tab.see("[data-testid=connection-type][data-known=true]");
  await tab.go(`${site.origin}/#/connections/new`);
  await tab.chooseRegistry("docker-registry");
  await tab.type("[data-testid=field-url]", "hub.docker.com");
  assert.equal(await tab.run("return all('[data-testid=finding-url]').length"), 0, "judged without the module");
  release();
  await tab.see("[data-testid=finding-url]");
  assert.equal(await tab.value("[data-testid=field-url]"), "hub.docker.com");
});

test("module late: a form that is sent waits for its verdict", { timeout: 60_000 }, async (t) => {
  const { site, release } = await withoutModule(t);
  const tab = await signIn(new Browser(t), site);
  await tab.go(`${site.origin}/#/connections/new?provider=docker-registry`);
  await tab.type("[data-testid=field-url]", "hub.docker.com");
  await tab.click("[data-testid=save-button]");
  release();
  await tab.see("[data-testid=finding-url]");
  assert.deepEqual(
    site.asked.filter(({ method }) => method === "POST"),
    [],
  );
});
