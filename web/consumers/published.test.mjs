// The package as the registries of packages and their checks see it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "node_modules/bowline");
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

test("published: publint finds nothing", async () => {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: false });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test("published: every entry has types that fit, however it is resolved", () => {
  // Scripts and styles that are no modules of Node have no types to resolve.
  const entries = Object.keys(manifest.exports).filter((entry) => !/\.(wasm|json)$/.test(entry) && !entry.includes("*"));
  const attw = join(here, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const archive = execFileSync("npm", ["pack", "--silent", "--pack-destination", here, folder], { encoding: "utf8" }).trim();
  // The package is a module: `require` of it is left to Node.
  execFileSync("node", [attw, join(here, archive), "--entrypoints", ...entries, "--profile", "esm-only"], { stdio: ["ignore", "pipe", "inherit"] });
});

test("published: the types of the API are those of its OpenAPI document", async (t) => {
  const { components, info, openapi } = JSON.parse(
    readFileSync(process.env.BOWLINE_OPENAPI ?? join(here, "../../crates/bowline-service/openapi.json"), "utf8"),
  );
  const made = await openapiTS({ openapi, info, paths: {}, components: { schemas: components.schemas } }, { immutable: true });
  writeFileSync(join(here, "openapi.ts"), astToString(made));
  t.after(() => rmSync(join(here, "openapi.ts")));
  const tsc = join(here, "node_modules/typescript/bin/tsc");
  const flags = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "preserve",
    "--moduleResolution",
    "bundler",
    "--target",
    "es2022",
    "--lib",
    "es2022,dom",
  ];
  execFileSync("node", [tsc, ...flags, "api-types.mts"], { cwd: here, stdio: "inherit" });
});
