import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { fileOfPage, named, withImports } from "./support/page.js";

/** The budget of a first view's scripts and styles is 60 KiB in gzip; 2.5 % are left for another compressor. */
const BUDGET = 0.975 * 60 * 1024;

const css = named("console", "css");
const app = withImports(named("app", "js"));
const form = withImports(named("connection-form", "js"));

const views: [string, string[]][] = [
  ["the list", app],
  ["the choice of registry", [...app, ...form]],
];
for (const [view, scripts] of views) {
  test(`first view: ${view} is within its budget`, () => {
    const files = new Set([...scripts, css]);
    let size = 0;
    for (const name of files) size += gzipSync(fileOfPage(name) ?? "", { level: 9 }).length;
    assert.ok(size <= BUDGET, `${size} bytes gzip in ${files.size} files are more than ${BUDGET}`);
  });
}

test("first view: the scripts ask for the module and the table by their names here", () => {
  const sources = withImports(named("app", "js"))
    .map((name) => fileOfPage(name)?.toString())
    .join();
  for (const name of [named("providers", "json"), named("bowline", "wasm")]) assert.ok(sources.includes(`"./${name}"`), name);
  assert.doesNotMatch(sources, /"\.\/(?:bowline\.wasm|providers\.json)"/);
});

test("first view: the page names what it needs at once, the module last and without haste", () => {
  const html = fileOfPage("index.html")?.toString() ?? "";
  for (const name of [...app, css, named("providers", "json"), named("bowline", "wasm")]) assert.ok(html.includes(`"./${name}"`), name);
  assert.match(html, /<link rel="preload" href="\.\/bowline-[^"]+\.wasm"[^>]* fetchpriority="low"/);
});
