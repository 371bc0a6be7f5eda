// The package in Deno, Bun and a page without a bundler. Deno and Bun are long tests: BOWLINE_LONG=1.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { folder, titleOf } from "./chromium.mjs";
import { serve } from "./serve.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, "runtimes");
const EXPECTED = { code: "username.email", provider: "github", taken: true, client: "function" };

const runtimes = {
  Node: ["node", ["rules.mjs"]],
  Deno: [join(project, "node_modules/.bin/deno"), ["run", "--no-remote", "--node-modules-dir=manual", "--allow-read", "--allow-env", "rules.mjs"]],
  Bun: [join(project, "node_modules/.bin/bun"), ["run", "--no-install", "rules.mjs"]],
};
for (const [name, [program, parameters]] of Object.entries(runtimes)) {
  test(`runtimes: ${name} runs the rules and imports the elements`, { timeout: 120_000, skip: process.env.BOWLINE_LONG ? false : "in a long test" }, () => {
    assert.deepEqual(JSON.parse(execFileSync(program, parameters, { cwd: project, encoding: "utf8" })), EXPECTED);
  });
}

test("runtimes: a page with an import map and no bundler shows the form", { timeout: 120_000 }, async (t) => {
  const out = await folder(t);
  await cp(join(here, "node_modules/bowline"), join(out, "bowline"), { recursive: true });
  await cp(join(here, "app/main.js"), join(out, "main.js"));
  await writeFile(
    join(out, "index.html"),
    `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>waiting</title>
  <link rel="icon" href="data:," />
  <script type="importmap">{ "imports": { "bowline/": "./bowline/", "bowline/elements/connection-form": "./bowline/elements/connection-form.js" } }</script>
  <script type="module" src="./main.js"></script>
</html>`,
  );
  assert.equal(await titleOf(t, await serve(t, out)), "judged");
});
