// The package in the bundlers that products use: the built page, and what their development servers serve, in Chromium.
// BOWLINE_LONG=1 tries all of them, otherwise the fast ones.

import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { folder, titleOf } from "./chromium.mjs";
import { serve } from "./serve.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const app = join(here, "app");
const long = { skip: process.env.BOWLINE_LONG ? false : "in a long test" };

/** The builds: the folder that they fill in, from the page in `app`. */
const builds = {
  esbuild: { build: esbuild },
  rollup: { build: rollup },
  webpack: { build: webpack },
  "Vite 8": { build: (out) => viteBuild("vite8", out) },
  "Vite 7": { build: (out) => viteBuild("vite7", out), ...long },
  "Vite 6": { build: (out) => viteBuild("vite6", out) },
};
for (const [name, { build, skip = false }] of Object.entries(builds)) {
  test(`bundlers: a page built by ${name} shows the form`, { timeout: 120_000, skip }, async (t) => {
    const out = await folder(t);
    await build(out);
    assert.equal(await titleOf(t, await serve(t, out)), "judged");
  });
}

// Vite 6 and 7 move scripts, but not what stands beside them (vitejs/vite#8427): README says what to do.
const servers = {
  "Vite 8": ["vite8", {}],
  "Vite 7": ["vite7", { optimizeDeps: { exclude: ["bowline"] } }],
  "Vite 6": ["vite6", { optimizeDeps: { exclude: ["bowline"] } }],
};
for (const [name, [vite, config]] of Object.entries(servers)) {
  test(`bundlers: the development server of ${name} shows the form`, { timeout: 120_000, ...long }, async (t) => {
    assert.equal(await titleOf(t, await viteServer(t, vite, config)), "judged");
  });
}

test("bundlers: without it, the form names the file that was not served", { timeout: 120_000, ...long }, async (t) => {
  assert.match(await titleOf(t, await viteServer(t, "vite6", {})), /(bowline\.wasm|providers\.json) was not served at http:.*not (WebAssembly|JSON)/);
});

test("bundlers: a build without the module names it, too", { timeout: 120_000 }, async (t) => {
  const out = await folder(t);
  await esbuild(out);
  await rm(join(out, "bowline.wasm"));
  assert.match(await titleOf(t, await serve(t, out)), /bowline\.wasm was not served at http:.*HTTP 404/);
});

// --- the bundlers

async function esbuild(out) {
  const { build } = await import("esbuild");
  await build({ entryPoints: [join(app, "main.js")], bundle: true, format: "esm", splitting: true, outdir: out, logLevel: "error" });
  await cp(join(app, "index.html"), join(out, "index.html"));
  await beside(out);
}

async function rollup(out) {
  const { rollup } = await import("rollup");
  const bundle = await rollup({ input: join(app, "main.js"), plugins: [named()], onwarn: () => undefined });
  await bundle.write({ dir: out, format: "es" });
  await cp(join(app, "index.html"), join(out, "index.html"));
  await beside(out);
}

async function webpack(out) {
  const { default: webpack } = await import("webpack");
  const compiler = webpack({
    mode: "production",
    context: here,
    entry: join(app, "main.js"),
    output: { path: out, filename: "main.js", publicPath: "auto" },
    performance: { hints: false },
  });
  const stats = await new Promise((done, fail) => compiler.run((error, stats) => (error ? fail(error) : done(stats))));
  assert.equal(stats.hasErrors(), false, stats.toString());
  await cp(join(app, "index.html"), join(out, "index.html"));
}

async function viteBuild(vite, out) {
  const { build } = await import(vite);
  await build({ root: app, configFile: false, logLevel: "error", cacheDir: join(out, ".cache"), build: { outDir: out, emptyOutDir: false } });
}

async function viteServer(t, vite, config) {
  const { createServer } = await import(vite);
  const cacheDir = await folder(t);
  const server = await createServer({
    ...config,
    root: app,
    configFile: false,
    logLevel: "error",
    cacheDir,
    server: { host: "127.0.0.1", port: 0, hmr: false, fs: { strict: false } },
  });
  await server.listen();
  t.after(() => server.close());
  return `http://127.0.0.1:${server.httpServer.address().port}/`;
}

/** What neither of two bundlers copies. */
async function beside(out) {
  for (const file of ["bowline.wasm", "providers.json"]) await cp(join(here, "node_modules/bowline", file), join(out, file));
}

/** Finds the package's entries for Rollup, which looks for no packages by itself. */
function named() {
  return {
    name: "named",
    resolveId: (source) => (source.startsWith("bowline/") ? fileURLToPath(import.meta.resolve(source)) : null),
  };
}
