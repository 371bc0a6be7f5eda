// The package in Vue and Svelte: their own checks of types know the elements, and the form comes up in Chromium.
// Long tests: BOWLINE_LONG=1.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { folder, titleOf } from "./chromium.mjs";
import { serve } from "./serve.mjs";

const project = join(dirname(fileURLToPath(import.meta.url)), "frameworks");
const installed = createRequire(join(project, "package.json"));
const limits = { timeout: 300_000, skip: process.env.BOWLINE_LONG ? false : "in a long test" };

test("vue: the types of the elements are known in templates", limits, () => {
  run("vue-tsc/bin/vue-tsc.js", "--noEmit");
});

test("svelte: the types of the elements are known in markup", limits, () => {
  run("svelte-check/bin/svelte-check", "--fail-on-warnings");
});

const plugins = {
  vue: async () => (await load("@vitejs/plugin-vue")).default({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith("bowline-") } } }),
  svelte: async () => (await load("@sveltejs/vite-plugin-svelte")).svelte({ configFile: false }),
};
for (const [name, plugin] of Object.entries(plugins)) {
  test(`${name}: a page with the form is built and shown`, limits, async (t) => {
    const { build } = await load("vite");
    const out = await folder(t);
    await build({ root: join(project, name), configFile: false, logLevel: "error", plugins: [await plugin()], build: { outDir: out, emptyOutDir: false } });
    assert.equal(await titleOf(t, await serve(t, out)), "judged");
  });
}

/** Runs a program of the project; its words are shown when it fails. */
function run(program, ...parameters) {
  execFileSync("node", [join(project, "node_modules", program), ...parameters], { cwd: project, stdio: ["ignore", "inherit", "inherit"] });
}

/** A module that the project has installed. */
function load(name) {
  return import(pathToFileURL(installed.resolve(name)).href);
}
