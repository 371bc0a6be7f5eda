// Builds the page into target/web: index.html, app-<hash>.js, console-<hash>.css, bowline-<hash>.wasm.
// `--tests` builds the unit tests into target/web-tests instead.
//
// BOWLINE_PACKAGE names the folder of the npm package `bowline` (default target/npm/bowline),
// BOWLINE_WEB_DIST the folder to write (default target/web).

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const target = resolve(web, "../target");
const shared = { bundle: true, format: "esm", target: "es2022", tsconfig: join(web, "tsconfig.json"), logLevel: "warning" };

if (process.argv.includes("--tests")) {
  await buildTests(join(target, "web-tests"));
} else {
  await buildPage(resolve(process.env.BOWLINE_WEB_DIST ?? join(target, "web")));
}

async function buildPage(out) {
  const npm = resolve(process.env.BOWLINE_PACKAGE ?? join(target, "npm/bowline"));
  const wasm = await moduleOf(npm);
  const staging = `${out}.new`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });

  const wasmName = await writeHashed(staging, "bowline", "wasm", wasm.bytes);
  const css = await bundle({ entryPoints: [join(web, "src/console/console.css")] });
  const cssName = await writeHashed(staging, "console", "css", css);
  const script = await bundle({
    entryPoints: [join(web, "src/console/app.ts")],
    alias: { bowline: npm },
    conditions: ["browser"],
    plugins: [moduleNamed(npm, wasm.name, wasmName)],
  });
  const scriptName = await writeHashed(staging, "app", "js", script);

  const page = (await readFile(join(web, "index.html"), "utf8"))
    .replaceAll("%APP%", scriptName)
    .replaceAll("%CSS%", cssName)
    .replaceAll("%MODULE%", wasmName);
  await writeFile(join(staging, "index.html"), page);

  // The folder is replaced at once, so that nothing ever embeds half a build.
  await rm(out, { recursive: true, force: true });
  await rename(staging, out);

  const sizes = { [scriptName]: script, [cssName]: css, [wasmName]: wasm.bytes, "index.html": Buffer.from(page) };
  let total = 0;
  for (const [name, bytes] of Object.entries(sizes)) {
    const gzip = gzipSync(bytes, { level: 9 }).length;
    total += gzip;
    console.log(`${kib(bytes.length)} ${kib(gzip)} gzip  ${name}`);
  }
  console.log(`${" ".repeat(11)}${kib(total)} gzip  first load -> ${relative(process.cwd(), out) || "."}`);
}

/** The one WebAssembly module of the package. */
async function moduleOf(npm) {
  const files = await readdir(npm).catch(() => {
    throw new Error(`${npm} is missing: run \`cargo xtask build\`, which leaves the npm package there`);
  });
  const modules = files.filter((name) => name.endsWith(".wasm"));
  if (modules.length !== 1) throw new Error(`${npm} holds ${modules.length} .wasm files, not one`);
  return { name: modules[0], bytes: await readFile(join(npm, modules[0])) };
}

/** Lets the package find its module under the hashed name that it has in the page's folder. */
function moduleNamed(npm, from, to) {
  return {
    name: "module-named",
    setup(build) {
      const files = { filter: /\.m?js$/, namespace: "file" };
      let found = false;
      build.onLoad(files, async ({ path }) => {
        if (!path.startsWith(npm)) return undefined;
        const source = await readFile(path, "utf8");
        found ||= source.includes(from);
        return { contents: source.replaceAll(from, to), loader: "js" };
      });
      build.onEnd(() => (found ? {} : { errors: [{ text: `${npm} never names ${from}: the page would not find its module` }] }));
    },
  };
}

async function bundle(options) {
  const result = await build({
    ...shared,
    ...options,
    minify: true,
    legalComments: "none",
    platform: "browser",
    write: false,
    outdir: "out",
  });
  return result.outputFiles[0].contents;
}

async function writeHashed(folder, stem, extension, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const name = `${stem}-${hash}.${extension}`;
  await writeFile(join(folder, name), bytes);
  return name;
}

async function buildTests(out) {
  const folder = join(web, "test");
  const tests = (await readdir(folder)).filter((name) => name.endsWith(".test.ts"));
  await rm(out, { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: tests.map((name) => join(folder, name)),
    platform: "node",
    outdir: out,
    outExtension: { ".js": ".mjs" },
    sourcemap: "inline",
  });
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`.padStart(10);
}
