import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Check } from "../src/api/types.js";
import { Browser, serve, type Answer, type Asked, type Tab } from "./support/browser.js";
import { fileOfPage, named } from "./support/page.js";
import { connection, signIn, tokenOf } from "./support/signed-in.js";

const LIMIT = { timeout: 60_000 };
/** How many registry types there are. */
const TYPES = (JSON.parse(fileOfPage(named("providers", "json"))?.toString() ?? "[]") as unknown[]).length;
const KEPT = connection();
const PLACE = `#/connections/${KEPT.id}`;

/** A test that was refused at the sign-in. */
const REJECTED: Check = {
  ok: false,
  proved: "reach",
  steps: [
    { step: "reach", status: "passed", elapsedMs: 4 },
    { step: "authenticate", status: "failed", elapsedMs: 5, detail: "HTTP 401" },
    { step: "catalog", status: "skipped" },
    { step: "tags", status: "skipped" },
    { step: "manifest", status: "skipped" },
    { step: "pull", status: "skipped" },
  ],
  problem: { code: "auth.rejected", title: "The registry rejected the username or password", field: "values.password" },
  warnings: [],
  facts: {},
};

/** The page of somebody with one connection; `more` answers first. */
async function page(
  t: TestContext,
  {
    width = 1280,
    more = () => undefined,
    actions,
  }: {
    readonly width?: number;
    readonly more?: (asked: Asked) => Answer | undefined;
    readonly actions?: readonly string[];
  } = {},
) {
  const site = await serve(t, {
    api: (asked) => {
      const own = more(asked);
      if (own !== undefined) return own;
      const rest = asked.path.replace("/v1/projects/acme/connections", "");
      if (asked.method === "GET" && rest === "") return [200, { items: [KEPT], next: null }];
      if (asked.method === "GET" && rest === `/${KEPT.id}`) return [200, KEPT];
      if (rest === `/${KEPT.id}/images`) return [200, { items: [], next: null }];
      return undefined;
    },
  });
  const browser = new Browser(t);
  const tab = await signIn(browser, site, tokenOf({}, actions));
  await tab.resize(width, 1000);
  const go = (place: string): Promise<unknown> => tab.run(`location.hash = ${JSON.stringify(place)}`);
  return { site, tab, go };
}

/** What of the fields' labels lies under something else. */
function covered(tab: Tab): Promise<string[]> {
  return tab.run(`return all("label").filter((label) => label.checkVisibility() && label.control && !label.closest("details:not([open])")).filter((label) => {
    const { left, top, height } = label.getBoundingClientRect();
    if (top < 0 || top > innerHeight || height < 4) return false;
    const on = label.getRootNode().elementFromPoint(left + 4, top + height / 2);
    return on !== null && on !== label && !label.contains(on);
  }).map((label) => label.textContent.trim())`);
}

for (const width of [1440, 720, 390]) {
  test(`form: findings cover no other field's label, ${width} pixels wide`, LIMIT, async (t) => {
    const { tab, go } = await page(t, { width });
    await go("#/connections/new?provider=docker-registry");
    await tab.type("[data-testid=field-url]", "hub.docker.com/acme");
    await tab.see("[data-testid=finding-url]");
    assert.deepEqual(await covered(tab), [], "while it is typed");
    await tab.press("Tab");
    assert.equal(await tab.focused(), "fix-url");
    assert.deepEqual(await covered(tab), [], "with the focus on its fix");
    await tab.press("Tab");
    assert.deepEqual(await covered(tab), [], "when it was left");
    assert.match(await tab.see("[data-testid=finding-url]"), /docker\.io/);
  });
}

test("form: another type gets no secret of the last one, and nothing is red", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go("#/connections/new?provider=docker-hub");
  await tab.type("[data-testid=field-username]", "acme");
  await tab.type("[data-testid=field-password]", "dckr_pat_0123456789abcdefghijABCDEFG");
  await tab.type("[data-testid=field-name]", "Images");
  await tab.type("[data-testid=field-username]", "");
  await tab.click("[data-testid=save-button]");
  await tab.see(".finding.error");
  await tab.chooseRegistry("amazon-ecr");
  await tab.see("[data-testid=field-region]");
  assert.equal(await tab.value("[data-testid=auth-select]"), "access-key");
  assert.equal(await tab.value("[data-testid=field-name]"), "Images");
  await tab.seeNo(".finding.error");
  assert.deepEqual(await tab.run(`return all("input").map(({ value }) => value).filter((value) => value.includes("dckr_pat"))`), []);
});

test("form: the choice of registry has its groups, popular ones first", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go("#/connections/new");
  await tab.click("[data-testid=provider-select]");
  const groups = await tab.run<string[]>(`return all("[role=listbox] [role=group]").map((one) => one.getAttribute("aria-label"))`);
  assert.equal(groups[0], "Popular");
  assert.ok(groups.length > 2, groups.join());
  const ids = await tab.run<string[]>(`return all("[role=option]").map(({ dataset }) => dataset.value)`);
  assert.equal(ids[0], "docker-hub");
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.length, TYPES);
});

test("form: a registry type is found by its name, its letters, its address or its group, by the keys alone", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go("#/connections/new");
  const shown = (): Promise<string[]> => tab.run(`return all("[role=option]").map(({ dataset }) => dataset.value)`);
  for (const [typed, id] of [
    ["hub", "docker-hub"],
    ["acr", "azure-acr"],
    ["ghcr.io", "github"],
    ["amazon public", "amazon-ecr-public"],
  ]) {
    await tab.type("[data-testid=provider-select]", typed ?? "");
    await tab.until(`all("[role=option].active")[0]?.dataset.value === "${id}"`, `${id} for ${typed}`);
  }
  await tab.type("[data-testid=provider-select]", "no such registry");
  assert.match(await tab.see("[role=listbox]"), /speaks OCI/);
  assert.ok((await shown()).includes("docker-registry"));
  await tab.press("Escape");
  await tab.seeNo("[role=listbox]");
  assert.equal(await tab.value("[data-testid=provider-select]"), "");
  await tab.press("ArrowDown");
  await tab.press("ArrowDown");
  await tab.press("ArrowDown");
  await tab.press("ArrowUp");
  const named = await tab.run<string>(`const input = find("[data-testid=provider-select]");
    return input.getRootNode().getElementById(input.getAttribute("aria-activedescendant"))?.dataset.value`);
  assert.equal(named, "docker-hub");
  await tab.press("Enter");
  await tab.see("[data-testid=field-password]");
  assert.equal(await tab.value("[data-testid=provider-select]"), "Docker Hub");
  await tab.seeNo("[role=listbox]");
});

test("form: what was not saved, and why, is said at the button, on a phone too", LIMIT, async (t) => {
  for (const width of [1440, 390]) {
    const { tab, go } = await page(t, {
      width,
      more: ({ method }) => (method === "POST" ? [422, { code: "check.failed", title: "The registry could not be used", check: REJECTED }] : undefined),
    });
    await go("#/connections/new?provider=docker-registry");
    await tab.type("[data-testid=field-url]", "registry.example.com");
    await tab.type("[data-testid=field-username]", "scanner");
    await tab.type("[data-testid=field-password]", "wrong");
    await tab.click("[data-testid=save-button]");
    await tab.see("[data-testid=save-anyway-button]");
    const apart = await tab.run<number>(
      `return find("[data-testid=save-anyway-button]").getBoundingClientRect().top - find("[data-testid=save-button]").getBoundingClientRect().bottom`,
    );
    assert.ok(apart > 0 && apart < 200, `${width} pixels wide, ${apart} pixels below`);
  }
});

test("form: a registry that is connected already is named and linked", LIMIT, async (t) => {
  const { site, tab, go } = await page(t, {
    more: ({ method }) => (method === "POST" ? [409, { code: "endpoint.taken", title: "This registry is already connected" }] : undefined),
  });
  await go("#/connections/new?provider=docker-registry");
  await tab.type("[data-testid=field-url]", "registry.example.com");
  await tab.click("[data-testid=save-button]");
  assert.match(await tab.see("[data-testid=problem]"), /“Production images” already connects to https:\/\/registry\.example\.com/);
  await tab.until(`find("[data-testid=open-other-button]").getBoundingClientRect().bottom <= innerHeight`, "the notice in sight");
  assert.ok(site.asked.some(({ query }) => query.get("search") === "registry.example.com"));
  await tab.click("[data-testid=open-other-button]");
  await tab.see("[data-testid=mode-automatic]");
});

test("form: after saving somebody is told what comes next", LIMIT, async (t) => {
  const { tab, go } = await page(t, { more: ({ method, path }) => (method === "POST" && path.endsWith("/connections") ? [201, KEPT] : undefined) });
  await go("#/connections/new?provider=docker-registry");
  await tab.type("[data-testid=field-url]", "registry.example.com");
  await tab.click("[data-testid=save-button]");
  await tab.see("[data-testid=next-link]");
  const places = await tab.run(`return all("[data-testid=next-link]").map((link) => link.hash)`);
  assert.deepEqual(
    places,
    ["policy", "use", "events"].map((tab) => `${PLACE}/${tab}`),
  );
  await tab.click("[data-testid=next-link]");
  await tab.see("[data-testid=mode-automatic]");
});

test("credentials: once they are replaced, nothing of them is left, nor of the old test", LIMIT, async (t) => {
  let right = false;
  const { site, tab, go } = await page(t, {
    more: ({ method, path }) => {
      if (method !== "PUT" || !path.endsWith("/credentials")) return undefined;
      return right ? [200, { ...KEPT, version: 2 }] : [422, { code: "check.failed", title: "The registry could not be used", check: REJECTED }];
    },
  });
  await go(`${PLACE}/credentials`);
  await tab.type("[data-testid=field-password]", "wrong");
  await tab.click("[data-testid=save-button]");
  await tab.see("[data-testid=problem]");
  right = true;
  await tab.type("[data-testid=field-password]", "s3cret");
  await tab.click("[data-testid=save-button]");
  assert.match(await tab.see("[data-testid=replaced]"), /Replaced just now · verified/);
  assert.equal(await tab.value("[data-testid=field-password]"), "");
  assert.equal(await tab.value("[data-testid=field-username]"), "scanner");
  await tab.seeNo("[data-testid=problem]");
  await tab.seeNo(".finding.error");
  await tab.type("[data-testid=field-password]", "next");
  await tab.click("[data-testid=save-button]");
  await tab.see("[data-testid=replaced]");
  const versions = site.asked.filter(({ method }) => method === "PUT").map(({ ifMatch }) => ifMatch);
  assert.deepEqual(versions, ['"1"', '"1"', '"2"']);
});

test("credentials: who may only read gets no form, whatever the address", LIMIT, async (t) => {
  const { tab, go } = await page(t, { actions: ["read"] });
  await go(`${PLACE}/credentials`);
  await tab.see("[data-testid=cannot-change]");
  await tab.seeNo("[data-testid=field-password]");
});

test("unsaved: pull rules are there again after another tab, the list, and going back", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  const pattern = "[data-testid=pattern][data-pattern='team/']";
  await go(`${PLACE}/policy`);
  await tab.click("[data-testid=mode-automatic]");
  await tab.type("[data-testid=pattern-input-include]", "team/");
  await tab.click("[data-testid=add-pattern-button-include]");
  await tab.see(pattern);
  await tab.click("[data-testid=tab-images]");
  await tab.seeNo(pattern);
  await tab.click("[data-testid=tab-policy]");
  await tab.see(pattern);
  await go("#/connections");
  await tab.see("[data-testid=connection-row]");
  await tab.run("history.back()");
  await tab.see(pattern);
  assert.equal(await tab.asksBeforeLeaving(), true);
});

test("unsaved: a form that is half filled in is there again, and gone with the session", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go("#/connections/new?provider=docker-registry");
  assert.equal(await tab.asksBeforeLeaving(), false);
  await tab.type("[data-testid=field-url]", "registry.example.com");
  await tab.type("[data-testid=field-username]", "scanner");
  await tab.type("[data-testid=field-password]", "s3cret");
  await go("#/connections");
  await tab.see("[data-testid=connection-row]");
  await tab.run("history.back()");
  await tab.see("[data-testid=field-url]");
  assert.equal(await tab.value("[data-testid=field-url]"), "registry.example.com");
  assert.equal(await tab.value("[data-testid=field-username]"), "scanner");
  assert.equal(await tab.value("[data-testid=field-password]"), "s3cret");
  assert.equal(await tab.asksBeforeLeaving(), true);
  assert.equal(await tab.run(`return JSON.stringify({ ...localStorage, ...sessionStorage }).includes("s3cret")`), false);
  await tab.click("[data-testid=sign-out-button]");
  assert.equal(await tab.asksBeforeLeaving(), false);
  await tab.type("[data-testid=token-input]", tokenOf());
  await tab.click("[data-testid=sign-in-button]");
  await tab.see("[data-testid=field-url]");
  assert.equal(await tab.value("[data-testid=field-password]"), "");
});

test("list: a check that failed shows the step first, and nothing scrolls", LIMIT, async (t) => {
  for (const width of [1440, 390]) {
    const { tab } = await page(t, { width, more: ({ path }) => (path.endsWith("/check") ? [200, REJECTED] : undefined) });
    await tab.click("[data-testid=check-button]");
    await tab.see("[data-testid=problem]");
    await tab.see("[data-testid=check-step-authenticate][data-status=failed]");
    await tab.seeNo("[data-testid=check-step-reach]");
    const before = `const [step] = all("[data-testid=check-step-authenticate]"); const [problem] = all("[data-testid=problem]");
      return step.getBoundingClientRect().bottom <= problem.getBoundingClientRect().top + 1`;
    assert.equal(await tab.run(before), true);
    const scrolled = `return all(".result").filter((box) => box.scrollHeight > box.clientHeight + 1 || getComputedStyle(box).overflowY !== "visible").length`;
    assert.equal(await tab.run(scrolled), 0, `${width} pixels`);
    await tab.click("[data-testid=all-steps-button]");
    await tab.see("[data-testid=check-step-reach][data-status=passed]");
    assert.equal(await tab.run(scrolled), 0);
    assert.equal(await tab.run(`return all("h3").length`), 0, "a heading is left out");
  }
});

test("rules: what is wrong with a pattern is said while it is typed", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go(`${PLACE}/policy`);
  await tab.click("[data-testid=mode-automatic]");
  await tab.type("[data-testid=pattern-input-include]", "/team[");
  await tab.see("bowline-pattern-list[name=include]");
  await tab.see("#typed .finding.error");
  await tab.type("[data-testid=pattern-input-include]", "/team/");
  await tab.seeNo("#typed .finding.error");
  assert.deepEqual(await tab.run(`return all("[data-testid=pattern]").length`), 0);
});

test("rules: the time zone is chosen from a list and begins with the browser's", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await tab.timezone("America/New_York");
  await go(`${PLACE}/policy`);
  await tab.click("[data-testid=mode-automatic]");
  assert.equal(await tab.value("select[name='policy.timezone']"), "America/New_York");
  await tab.choose("select[name='policy.timezone']", "Europe/Vienna");
  assert.equal(await tab.value("select[name='policy.timezone']"), "Europe/Vienna");
});

test("rules: what is wrong with a time zone is said once, with its fix", LIMIT, async (t) => {
  const kept = { ...KEPT, policy: { mode: "automatic", timezone: "Europe/Viena" } };
  const { tab, go } = await page(t, { more: ({ method, path }) => (method === "GET" && path.endsWith(`/${KEPT.id}`) ? [200, kept] : undefined) });
  await go(`${PLACE}/policy`);
  const finding = "[data-testid='finding-policy.timezone']";
  await tab.see(`${finding}[data-code='policy.timezone'][data-severity=error]`);
  assert.equal(await tab.run(`return all("${finding}").length`), 1);
  await tab.click("[data-testid='fix-policy.timezone']");
  await tab.seeNo(finding);
  assert.equal(await tab.value("select[name='policy.timezone']"), "Europe/Vienna");
});

test("rules: when images are pulled again is one of three choices", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go(`${PLACE}/policy`);
  await tab.click("[data-testid=mode-automatic]");
  const select = "select[name='policy.rescanExisting']";
  assert.equal(await tab.value(select), "never");
  for (const choice of ["new", "always", "never"]) {
    await tab.choose(select, choice);
    assert.equal(await tab.value(select), choice);
  }
});

test("browse: tags stand as people count", LIMIT, async (t) => {
  const tags = ["22-alpine", "9", "20-alpine", "22", "latest", "20"];
  const { tab, go } = await page(t, {
    more: ({ path }) => {
      if (path.endsWith("/repositories")) return [200, { items: [{ name: "team/app" }], complete: true }];
      return path.endsWith("/tags") ? [200, { items: tags.map((name) => ({ name })), complete: true }] : undefined;
    },
  });
  await go(`${PLACE}/registry`);
  await tab.click("[data-testid=repository]");
  await tab.see("[data-testid=tag]");
  assert.deepEqual(await tab.run(`return all("[data-testid=tag]").map(({ textContent }) => textContent)`), [
    "9",
    "20",
    "20-alpine",
    "22",
    "22-alpine",
    "latest",
  ]);
});

test("activity: who changed what is told, with what was before", LIMIT, async (t) => {
  const entry = { version: 2, at: "2026-11-30T08:00:00Z", subject: "anna@example.com", from: "192.0.2.7", requestId: "0197-r" };
  const { tab, go } = await page(t, {
    actions: ["read"],
    more: ({ path, query }) => {
      if (!path.endsWith("/audit")) return undefined;
      if (query.get("cursor") === "2") return [200, { items: [{ ...entry, action: "something-new", changes: {} }], next: null }];
      return [200, { items: [{ ...entry, action: "update", changes: { name: ["Old", "New"], description: ["", "Frankfurt"] } }], next: "2" }];
    },
  });
  await go(`${PLACE}/policy`);
  await tab.click("[data-testid=tab-activity]");
  const told = await tab.see("[data-testid=audit-entry][data-action=update]");
  for (const words of ["Connection changed", "anna@example.com", "192.0.2.7", "0197-r", "Old", "New", "Frankfurt"])
    assert.ok(told.includes(words), `${words}: ${told}`);
  await tab.click("[data-testid=more-button]");
  assert.match(await tab.see("[data-testid=audit-entry][data-action=something-new]"), /something-new/);
});

test("images: background work that is set aside is told, with its reason", LIMIT, async (t) => {
  const setAside = [
    { work: "sync", attempts: 3, reason: "The registry ended the connection.", nextAt: null },
    { work: "of-tomorrow", attempts: 4, reason: "Why", nextAt: "2026-12-01T08:00:00Z" },
  ];
  const { tab, go } = await page(t, {
    more: ({ path }) => (path.endsWith("/sync") ? [200, { running: null, last: null, next: null, setAside }] : undefined),
  });
  await go(`${PLACE}/images`);
  const told = await tab.see("[data-testid=set-aside][data-work=sync]");
  assert.match(told, /The sync failed 3 times and is paused The registry ended the connection\. It starts again when you change the connection\./);
  assert.match(await tab.see("[data-testid=set-aside][data-work=of-tomorrow]"), /of-tomorrow failed 4 times.*Next attempt: Dec 1, 2026/);
});

test("list: a description is edited where the name is, and only what changed is sent", LIMIT, async (t) => {
  const { site, tab } = await page(t, {
    more: ({ method, body }) => (method === "PATCH" ? [200, { ...KEPT, ...(body as object), version: 2 }] : undefined),
  });
  await tab.click("[data-testid=rename-button]");
  await tab.type("[data-testid=description-input]", "What runs in Frankfurt");
  await tab.click("[data-testid=rename-save-button]");
  await tab.seeNo("[data-testid=description-input]");
  await tab.click("button.name");
  await tab.until(`all("dd").some(({ textContent }) => textContent === "What runs in Frankfurt")`);
  assert.deepEqual(
    site.asked.filter(({ method }) => method === "PATCH").map(({ body }) => body),
    [{ description: "What runs in Frankfurt" }],
  );
});

test("form: what was pasted is said to be filled in, where the box was", LIMIT, async (t) => {
  const { tab, go } = await page(t);
  await go("#/connections/new");
  await tab.type("[data-testid=paste-input]", "docker login registry.example.com:5000 -u scanner -p s3cret");
  await tab.press("Enter");
  assert.match(await tab.see("[data-testid=filled]"), /Filled in from what you pasted/);
  assert.ok((await tab.run<number>(`return find("[data-testid=filled]").getBoundingClientRect().height`)) > 10);
  assert.equal(await tab.value("[data-testid=field-username]"), "scanner");
});
