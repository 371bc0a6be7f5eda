// What the browser module weighs, how long a form's check takes beside zod, valibot and ajv, and how long a list of
// patterns takes beside `includes`. Prints Markdown, which `cargo xtask bench` puts into docs/benchmarks.md.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, cpus, totalmem, type } from "node:os";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { formTimes } from "./forms.mjs";
import { imageTimes } from "./images.mjs";
import { patternTimes } from "./patterns.mjs";

const folder = new URL("../../../target/npm/bowline/", import.meta.url);
const bowline = await import(new URL("node.js", folder));
await bowline.ready();
// Before anything else uses the module, so that the first call is one.
const inventory = imageTimes(bowline);

const module = readFileSync(new URL("bowline.wasm", folder));
const kib = (bytes) => (bytes / 1024).toFixed(1);
const gzip = gzipSync(module, { level: 9 }).length;
const brotli = brotliCompressSync(module, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const [{ model }] = cpus();
const forms = formTimes(bowline);
const within = forms.filter(({ ours }) => ours <= 20).length;
const commit = execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
console.log(`# Benchmarks

Written by \`cargo xtask bench\` on ${new Date().toISOString().slice(0, 10)} at ${commit}, on ${cpus().length} cores of ${model}, \
${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${arch()}, Node ${process.versions.node}. Each table is one run, in which all had \
the same input; ratios to a peer come first, since times are those of this machine.

## Size of the browser module

| of the budget of 170 KiB | gzip | brotli | raw |
|---:|---:|---:|---:|
| ${(gzip / 1024 / 1.5).toFixed(0)} % | ${kib(gzip)} KiB | ${kib(brotli)} KiB | ${kib(module.length)} KiB |

## A form's check from JavaScript

The first columns say how many times as long \`checkForm\` takes as the peer. The form is the first valid one of the
provider's vectors. The peers judge comparable rules (\`crates/bowline-wasm/bench/peers.mjs\`); each is seen to take that
form and to refuse vectors that break the rules. They say only whether and where it is wrong; \`checkForm\` also
normalizes the endpoint, detects the provider, knows warnings, hints and fixes. Times are medians, in microseconds.

| provider | ÷ zod | ÷ valibot | ÷ ajv | checkForm | zod | valibot | ajv |
|---|---:|---:|---:|---:|---:|---:|---:|
${forms.map(({ row }) => row).join("\n")}

The budget of 20 µs is kept by ${within} of ${forms.length} providers.

zod ${version("zod")}, valibot ${version("valibot")}, ajv ${version("ajv")}.

## A large inventory in the browser's build

100,000 images under a policy of four patterns and a condition, and one expression over 20,000 names.

| | time | budget |
|---|---:|---:|
${inventory.join("\n")}

## A list of patterns in the browser's build

\`PatternSet.filter\` in the module, beside a loop with \`includes\` over the parts of every name: what one writes by
hand for literal patterns. Times are for a million names, the best of three.

| patterns | ÷ includes | PatternSet | includes | taken |
|---:|---:|---:|---:|---:|
${patternTimes(bowline).join("\n")}
`);

/** The version of a peer that is installed. */
function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}
