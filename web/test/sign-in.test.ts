import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Browser, serve } from "./support/browser.js";
import { connection, signIn, tokenOf } from "./support/signed-in.js";

const ANNA = tokenOf();
const MALLORY = tokenOf({ sub: "mallory@example.net", projects: ["mallory"] });

const LIMIT = { timeout: 60_000 };
const QUESTION = "[data-testid=sign-in-question]";

/** The page, whose API has a connection in each project. */
function site(t: TestContext) {
  return serve(t, {
    api: ({ path }) => {
      const [, project] = /^\/v1\/projects\/([^/]+)\/connections$/.exec(path) ?? [];
      return project === undefined ? undefined : [200, { items: [connection({ name: `Images of ${project}` })], next: null }];
    },
  });
}

test("sign-in: a link names subject and project, and nothing is asked before somebody continues", LIMIT, async (t) => {
  const page = await site(t);
  const tab = await new Browser(t).open(`${page.origin}/#token=${MALLORY}&/connections`);
  const question = await tab.see(QUESTION);
  assert.match(question, /mallory@example\.net/);
  assert.match(await tab.see("[data-testid=arrival-project]"), /^mallory$/);
  assert.equal(await tab.run("return location.hash"), "#/connections");
  assert.deepEqual(page.asked, []);
  await tab.click("[data-testid=continue-button]");
  await tab.see("[data-name='Images of mallory']");
  assert.deepEqual(new Set(page.asked.map(({ token }) => token)), new Set([MALLORY]));
  assert.equal(await tab.run("return localStorage.length"), 0);
});

test("sign-in: who cancels is signed in nowhere, and the token is gone", LIMIT, async (t) => {
  const page = await site(t);
  const tab = await new Browser(t).open(`${page.origin}/#token=${MALLORY}`);
  await tab.click("[data-testid=cancel-sign-in-button]");
  await tab.see("[data-testid=token-input]");
  assert.equal(await tab.run("return sessionStorage.length + localStorage.length"), 0);
  assert.deepEqual(page.asked, []);
});

test("sign-in: a link replaces a session only if somebody says so", LIMIT, async (t) => {
  const page = await site(t);
  const tab = await signIn(new Browser(t), page, ANNA);
  await tab.see("[data-name='Images of acme']");
  await tab.run(`location.hash = "#token=${MALLORY}"`);
  const question = await tab.see(QUESTION);
  assert.match(question, /mallory@example\.net/);
  assert.match(await tab.see("[data-testid=current-subject]"), /anna@example\.com acme/);
  await tab.seeNo("[data-name='Images of acme']");
  await tab.click("[data-testid=cancel-sign-in-button]");
  await tab.see("[data-name='Images of acme']");
  assert.deepEqual(new Set(page.asked.map(({ token }) => token)), new Set([ANNA]));
  // The same by a new load of the page.
  await tab.go("about:blank");
  await tab.go(`${page.origin}/#token=${MALLORY}`);
  assert.match(await tab.see("[data-testid=current-subject]"), /anna@example\.com/);
  await tab.click("[data-testid=continue-button]");
  await tab.see("[data-name='Images of mallory']");
  assert.equal(await tab.run("return find('[data-testid=project]').textContent"), "mallory");
});

test("sign-in: what one person typed is not shown to another", LIMIT, async (t) => {
  const page = await site(t);
  const tab = await signIn(new Browser(t), page, ANNA);
  await tab.run(`location.hash = "#/connections/new?provider=docker-registry"`);
  await tab.type("[data-testid=field-password]", "s3cret");
  await tab.run(`location.hash = "#token=${MALLORY}&/connections/new?provider=docker-registry"`);
  await tab.click("[data-testid=continue-button]");
  await tab.see("[data-testid=field-password]");
  assert.equal(await tab.value("[data-testid=field-password]"), "");
});

test("sign-in: a state counts where this browser kept it, and once", LIMIT, async (t) => {
  const page = await site(t);
  const tab = await new Browser(t).open(`${page.origin}/#token=${ANNA}&state=made-up`);
  await tab.see("[data-testid=link-refused]");
  await tab.see("[data-testid=token-input]");
  await tab.run(`sessionStorage.setItem("bowline.state", "kept")`);
  await tab.run(`location.hash = "#token=${ANNA}&state=kept"`);
  await tab.see(QUESTION);
  await tab.click("[data-testid=cancel-sign-in-button]");
  await tab.see("[data-testid=token-input]");
  await tab.run(`location.hash = "#token=${ANNA}&state=kept"`);
  await tab.see("[data-testid=link-refused]");
  await tab.seeNo(QUESTION);
  assert.deepEqual(page.asked, []);
});

test("sign-in: a link that has expired leaves a session alone", LIMIT, async (t) => {
  const page = await site(t);
  const tab = await signIn(new Browser(t), page, ANNA);
  await tab.run(`location.hash = "#token=${tokenOf({ exp: 1 })}"`);
  await tab.see("[data-testid=link-refused]");
  await tab.see("[data-name='Images of acme']");
});

test("sign-in: a second tab is signed in, and signing out ends both", LIMIT, async (t) => {
  const page = await site(t);
  const browser = new Browser(t);
  const first = await signIn(browser, page, ANNA);
  const second = await browser.open(`${page.origin}/`);
  await second.see("[data-name='Images of acme']");
  assert.equal(await second.run("return localStorage.length"), 0);
  await second.click("[data-testid=sign-out-button]");
  await second.see("[data-testid=token-input]");
  await first.see("[data-testid=token-input]");
  assert.equal(await first.run("return sessionStorage.getItem('bowline.token')"), null);
});

test("sign-in: a link in a new tab tells who is signed in in the other one", LIMIT, async (t) => {
  const page = await site(t);
  const browser = new Browser(t);
  await signIn(browser, page, ANNA);
  const second = await browser.open(`${page.origin}/#token=${MALLORY}`);
  assert.match(await second.see("[data-testid=current-subject]"), /anna@example\.com/);
  await second.click("[data-testid=cancel-sign-in-button]");
  await second.see("[data-name='Images of acme']");
});

test("sign-in: a session that has expired is given to no other tab", LIMIT, async (t) => {
  const page = await site(t);
  const browser = new Browser(t);
  const first = await signIn(browser, page, ANNA);
  await first.run(`sessionStorage.setItem("bowline.token", ${JSON.stringify(tokenOf({ exp: 1 }))})`);
  const second = await browser.open(`${page.origin}/`);
  await second.see("[data-testid=token-input]");
});
