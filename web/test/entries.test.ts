import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

/** The npm package as it was built. */
const npm = resolve(process.env["BOWLINE_PACKAGE"] ?? "../target/npm/bowline");

type Conditions = string | { readonly [condition: string]: Conditions };

const { exports } = JSON.parse(readFileSync(join(npm, "package.json"), "utf8")) as { exports: Readonly<Record<string, Conditions>> };

/** Every script that an entry of the package can stand for. */
function scriptsOf(entry: Conditions): string[] {
  if (typeof entry !== "string") return Object.values(entry).flatMap(scriptsOf);
  if (!entry.endsWith(".js")) return [];
  if (!entry.includes("*")) return [entry];
  return readdirSync(join(npm, dirname(entry)))
    .filter((file) => file.endsWith(".js"))
    .map((file) => join(dirname(entry), file));
}

/** Runs a module in a Node of its own, where nothing of a DOM is. */
function inNode(source: string): string {
  return execFileSync(process.execPath, ["--input-type=module", "--eval", source], { encoding: "utf8" });
}

const urlOf = (file: string): string => JSON.stringify(pathToFileURL(join(npm, file)).href);

for (const [entry, conditions] of Object.entries(exports)) {
  for (const file of new Set(scriptsOf(conditions))) {
    test(`entries: ${entry} (${file}) is imported without a DOM`, () => {
      const found = inNode(`
        if (globalThis.HTMLElement ?? globalThis.document ?? globalThis.customElements) throw new Error("there is a DOM");
        console.log(Object.keys(await import(${urlOf(file)})).length);`);
      assert.ok(Number(found) > 0, found);
    });
    test(`entries: ${entry} (${file}) is imported in a worker without a DOM`, () => {
      const worker = JSON.stringify(`import(${urlOf(file)}).then((all) => console.log(Object.keys(all).length))`);
      assert.ok(Number(inNode(`import { Worker } from "node:worker_threads"; new Worker(${worker}, { eval: true });`)) > 0);
    });
  }
}

test("entries: each element has an entry of its own, which shares everything with the others", () => {
  const found = inNode(`
    const all = await import(${urlOf("elements.js")});
    const { readdirSync } = await import("node:fs");
    const names = readdirSync(new URL("./elements/", ${urlOf("elements.js")})).filter((file) => file.endsWith(".js"));
    const alone = await Promise.all(names.map((name) => import(new URL("./elements/" + name, ${urlOf("elements.js")}).href)));
    const { HttpClient } = await import(${urlOf("client.js")});
    const same = alone.flatMap((one) => Object.entries(one)).filter(([name]) => name.startsWith("Bowline")).every(([name, element]) => all[name] === element);
    console.log(names.length, same, all.HttpClient === HttpClient);`);
  const elements = readFileSync("src/elements.ts", "utf8").match(/\{ Bowline\w+ \}/g)?.length;
  assert.equal(found.trim(), `${elements} true true`);
});

test("entries: elements are registered once, however many copies of the package there are", () => {
  const found = inNode(`
    const registered = new Map();
    globalThis.HTMLElement = class {};
    globalThis.customElements = {
      get: (name) => registered.get(name),
      define: (name, element) => {
        if (registered.has(name)) throw new Error(name + " is registered already");
        registered.set(name, element);
      },
    };
    const { cpSync, mkdtempSync } = await import("node:fs");
    const folder = mkdtempSync(${JSON.stringify(join(tmpdir(), "bowline-copy-"))});
    cpSync(${JSON.stringify(npm)}, folder, { recursive: true });
    const first = await import(${urlOf("elements.js")});
    const second = await import(folder + "/elements.js");
    if (first.BowlineConnectionForm === second.BowlineConnectionForm) throw new Error("there is one copy");
    (await import("node:fs")).rmSync(folder, { recursive: true });
    console.log(registered.get("bowline-connection-form") === first.BowlineConnectionForm);`);
  assert.equal(found.trim(), "true");
});

/** What a server answers that has no module, and what the error says. */
const unserved: [string, string, RegExp][] = [
  ["HTTP 404", `async () => new Response("", { status: 404 })`, /bowline\.wasm was not served at http:\/\/.*\/bowline\.wasm: HTTP 404/],
  ["a page", `async () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } })`, /not served at .*text\/html, not WebAssembly/],
  ["nothing", `async () => { throw new TypeError("Failed to fetch"); }`, /not served at .*Failed to fetch/],
];
for (const [name, fetch, message] of unserved) {
  test(`entries: where ${name} is answered for the module, the error says so`, () => {
    const found = inNode(`
      const source = ${urlOf("index.js")};
      globalThis.fetch = (url) => String(url).endsWith(".wasm") ? (${fetch})() : Promise.resolve(new Response("[]"));
      const { ready } = await import(source);
      try { await ready(); } catch (error) { console.log(error.message); }`);
    assert.match(found.replace("file://", "http://"), message);
  });
}

test("entries: a module of an unknown type is taken, and a load that failed can be tried again", () => {
  const found = inNode(`
    import { readFile } from "node:fs/promises";
    const { providers, ready } = await import(${urlOf("index.js")});
    globalThis.fetch = async () => new Response("", { status: 503 });
    await ready().catch(() => undefined);
    globalThis.fetch = async (url) => new Response(await readFile(url));
    await ready();
    console.log(providers().length);`);
  assert.ok(Number(found) > 0, found);
});

test("entries: the manifest of the elements has each with the properties that its types say", () => {
  interface Declaration {
    readonly name: string;
    readonly tagName: string;
    readonly members: readonly { readonly name: string; readonly kind: string; readonly static?: boolean }[];
  }
  const { modules } = JSON.parse(readFileSync(join(npm, "custom-elements.json"), "utf8")) as {
    modules: readonly { path: string; declarations: readonly Declaration[] }[];
  };
  const types = readFileSync("package/elements.d.ts", "utf8");
  const told = new Map(
    [...types.matchAll(/export class (\w+) extends HTMLElement \{\n([\s\S]*?)\n\}/g)].map(([, name = "", body = ""]) => [
      name,
      [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, member = ""]) => member).sort(),
    ]),
  );
  const found = new Map(
    modules
      .flatMap(({ declarations }) => declarations)
      .map(({ name, members }) => [
        name,
        members
          .filter((member) => !member.static)
          .map((member) => member.name)
          .sort(),
      ]),
  );
  assert.deepEqual(Object.fromEntries(found), Object.fromEntries(told));
  for (const { path, declarations } of modules) {
    for (const { tagName } of declarations) assert.ok(types.includes(`"${tagName}": `), tagName);
    assert.ok(readdirSync(join(npm, "elements")).includes(path.replace("elements/", "")), path);
  }
});

test("entries: each script has its source map, with the sources in it", () => {
  const scripts = ["elements.js", "client.js", ...readdirSync(npm).filter((file) => /^chunk-.*\.js$/.test(file))];
  for (const file of scripts) {
    assert.match(readFileSync(join(npm, file), "utf8"), new RegExp(`//# sourceMappingURL=${file}\\.map\\s*$`), file);
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(npm, `${file}.map`), "utf8")) as { sources: string[]; sourcesContent: string[] };
    assert.equal(sources.length, sourcesContent.length, file);
  }
});
