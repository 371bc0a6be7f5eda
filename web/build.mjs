// Builds the page into target/web: index.html, app-<hash>.js and what it loads later, console-<hash>.css,
// providers-<hash>.json, bowline-<hash>.wasm.
// `--elements` adds the elements to the npm package instead, `--tests` builds the unit tests into target/web-tests.
//
// BOWLINE_PACKAGE names the folder of the npm package `bowline` (default target/npm/bowline),
// BOWLINE_WEB_DIST the folder to write (default target/web).

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { manifestOf } from "./manifest.mjs";

const web = dirname(fileURLToPath(import.meta.url));
const target = resolve(web, "../target");
const shared = { bundle: true, format: "esm", target: "es2022", tsconfig: join(web, "tsconfig.json"), logLevel: "warning" };

if (process.argv.includes("--tests")) {
  await buildTests(join(target, "web-tests"));
} else if (process.argv.includes("--elements")) {
  await buildElements(resolve(process.env.BOWLINE_PACKAGE ?? join(target, "npm/bowline")));
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
  const table = await providerTable(npm);
  const tableName = await writeHashed(staging, "providers", "json", table);
  const [css] = await bundle({ entryPoints: [join(web, "src/console/console.css")] });
  const scripts = await bundle({
    entryPoints: [join(web, "src/console/app.ts")],
    splitting: true,
    alias: { bowline: npm },
    conditions: ["browser"],
    define: { PROVIDERS_FILE: JSON.stringify(`./${tableName}`) },
    plugins: [named(npm, { [wasm.name]: wasmName, "providers.json": tableName })],
  });
  for (const { name, bytes } of [css, ...scripts]) await writeFile(join(staging, name), bytes);

  const [app] = scripts;
  // So that nothing of the first view waits for what names it.
  const preloads = importsOf(app, scripts);
  const page = (await readFile(join(web, "index.html"), "utf8"))
    .replaceAll("%APP%", app.name)
    .replaceAll("%CSS%", css.name)
    .replaceAll("%MODULE%", wasmName)
    .replaceAll("%PROVIDERS%", tableName)
    .replace("%PRELOADS%", preloads.map(({ name }) => `<link rel="modulepreload" href="./${name}" />`).join("\n    "));
  await writeFile(join(staging, "index.html"), page);

  // The folder is replaced at once, so that nothing ever embeds half a build.
  await rm(out, { recursive: true, force: true });
  await rename(staging, out);

  for (const file of [...scripts, css, { name: tableName, bytes: table }, { name: wasmName, bytes: wasm.bytes }]) weigh(file);
}

/** The provider table as the package gives it, for the page to have before the module. */
async function providerTable(npm) {
  const { providers, ready } = await import(pathToFileURL(join(npm, "node.js")).href);
  await ready();
  return Buffer.from(JSON.stringify(providers()));
}

/** All that a script loads at once, and what that loads. */
function importsOf(script, scripts) {
  const found = new Set([script]);
  for (const { imports } of found) {
    for (const name of imports) found.add(scripts.find((other) => other.name === name));
  }
  found.delete(script);
  return [...found];
}

/**
 * The entries of the package beside the module's own: `bowline/elements`, one for each element, `bowline/client`, and one
 * for each language. What
 * they share stands in chunks beside the package's `index.js`, which they load. Lit is taken as it is for Node, which works
 * everywhere: it asks for a DOM only when an element is made.
 */
async function buildElements(npm) {
  const all = await readFile(join(web, "src/elements.ts"), "utf8");
  const elements = [...all.matchAll(/\{ (Bowline\w+) \} from "\.\/elements\/([\w-]+)\.js"/g)].map(([, className, name]) => ({ className, name }));
  const locales = (await readdir(join(web, "src/locales"))).filter((file) => file.endsWith(".ts")).map((file) => file.replace(".ts", ""));
  for (const file of await readdir(npm)) if (/^chunk-.*\.js(\.map)?$/.test(file)) await rm(join(npm, file));
  for (const folder of ["elements", "locales"]) await rm(join(npm, folder), { recursive: true, force: true });
  const beside = {
    name: "beside",
    setup: (build) => build.onResolve({ filter: /^bowline$/ }, () => ({ path: "./index.js", external: true })),
  };
  const files = await bundle({
    entryPoints: {
      elements: join(web, "src/elements.ts"),
      client: join(web, "src/client.ts"),
      ...Object.fromEntries(elements.map(({ name }) => [`elements/${name}`, join(web, `src/elements/${name}.ts`)])),
      ...Object.fromEntries(locales.map((name) => [`locales/${name}`, join(web, `src/locales/${name}.ts`)])),
    },
    entryNames: "[dir]/[name]",
    chunkNames: "chunk-[hash]",
    splitting: true,
    plugins: [beside],
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["node"],
    alias: { "@lit-labs/ssr-dom-shim": join(web, "src/elements/no-dom.ts") },
    sourcemap: "linked",
  });
  const manifest = await manifestOf(join(web, "src/elements"), elements);
  await writeFile(join(npm, "custom-elements.json"), JSON.stringify(manifest, null, 2));
  for (const folder of ["elements", "locales"]) await mkdir(join(npm, folder));
  for (const { name, bytes } of files) await writeFile(join(npm, name), bytes);
  for (const { className, name } of elements) {
    const types = `import "../elements.js";\nexport type * from "../elements.js";\nexport { ${className} } from "../elements.js";\n`;
    await writeFile(join(npm, `elements/${name}.d.ts`), types);
  }
  for (const name of locales) {
    const types = `import type { MessageOverrides } from "../elements.js";\n\n/** The texts of the elements in this language, for \`setMessages\`. */\nexport declare const ${name}: MessageOverrides;\nexport default ${name};\n`;
    await writeFile(join(npm, `locales/${name}.d.ts`), types);
  }
  for (const types of await readdir(join(web, "package"))) await copyFile(join(web, "package", types), join(npm, types));
  await copyFile(join(web, "README.md"), join(npm, "README.md"));
  for (const entry of ["elements.js", "elements/connection-form.js", "client.js"]) {
    const first = files.find(({ name }) => name === entry);
    const loaded = [first, ...importsOf(first, files)];
    const size = loaded.reduce((sum, { bytes }) => sum + gzipped(bytes), 0);
    console.log(`${" ".repeat(11)}${kib(size)} gzip  ${entry}, with all it loads`);
  }
  await declareTypes(npm);
}

/** The declarations of what the elements share with a product: the client, its JSON, the texts. */
async function declareTypes(npm) {
  const made = join(target, "web-types");
  const flags = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--rootDir", dirname(web), "--outDir", made];
  execFileSync("node", [join(web, "node_modules/typescript/bin/tsc"), ...flags], { cwd: web, stdio: "inherit" });
  for (const folder of ["api", "pulling"]) await mkdir(join(npm, "types", folder), { recursive: true });
  for (const name of ["api/client", "api/problem", "api/pulling", "api/types", "messages", "pulling/notifications"]) {
    await copyFile(join(made, `web/src/${name}.d.ts`), join(npm, `types/${name}.d.ts`));
  }
}

/** Says how much a file weighs. */
function weigh({ name, bytes }) {
  console.log(`${kib(bytes.length)} ${kib(gzipped(bytes))} gzip  ${name}`);
}

function gzipped(bytes) {
  return gzipSync(bytes, { level: 9 }).length;
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

/** Lets the package find its files under the hashed names that they have in the page's folder. */
function named(npm, names) {
  return {
    name: "named",
    setup(build) {
      const files = { filter: /\.m?js$/, namespace: "file" };
      build.onLoad(files, async ({ path }) => {
        if (!path.startsWith(npm)) return undefined;
        let source = await readFile(path, "utf8");
        for (const [from, to] of Object.entries(names)) source = source.replaceAll(from, to);
        return { contents: source, loader: "js" };
      });
    },
  };
}

/** The files of a bundle, the entry first: name, bytes, and the names of those that it loads at once. */
async function bundle(options) {
  const result = await build({
    ...shared,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    platform: "browser",
    ...options,
    minify: true,
    legalComments: "none",
    write: false,
    outdir: "out",
    metafile: true,
  });
  const named = (path) => relative(resolve("out"), resolve(path));
  const entries = Object.values(options.entryPoints);
  const outputs = new Map(Object.entries(result.metafile.outputs).map(([path, output]) => [named(path), output]));
  const files = result.outputFiles.map(({ path, contents }) => {
    const { entryPoint, imports } = outputs.get(named(path));
    return {
      name: named(path),
      bytes: contents,
      isEntry: entryPoint !== undefined && entries.some((entry) => entry.endsWith(basename(entryPoint))),
      imports: imports.filter(({ kind, external }) => kind === "import-statement" && !external).map(({ path }) => named(path)),
    };
  });
  return files.sort((one, other) => Number(other.isEntry) - Number(one.isEntry));
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
