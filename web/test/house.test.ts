/** What holds of the sources as a whole. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileOfPage, named } from "./support/page.js";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const table = JSON.parse(fileOfPage(named("providers", "json"))?.toString() ?? "[]") as { id: string }[];

test("house: no source names a registry product's id; what is special about one stands in the provider table", () => {
  assert.ok(table.length > 2, "the provider table is empty");
  for (const file of sources) {
    const source = withoutComments(readFileSync(join("src", file), "utf8"));
    const named = table.filter(({ id }) => new RegExp(`["'\`]${id}["'\`]|\\b${id}:`).test(source)).map(({ id }) => id);
    assert.deepEqual(named, [], file);
  }
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
