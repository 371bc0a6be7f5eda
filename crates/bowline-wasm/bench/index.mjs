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
${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${arch()}, Node ${process.versions.node}. Each table is one run in which all \
programs had the same input. Ratios to a peer come first, because times depend on the machine.

## Size of the browser module

| of the budget of 170 KiB | gzip | brotli | raw |
|---:|---:|---:|---:|
| ${(gzip / 1024 / 1.7).toFixed(0)} % | ${kib(gzip)} KiB | ${kib(brotli)} KiB | ${kib(module.length)} KiB |

## A form's check from JavaScript

The first columns are the time of \`checkForm\` divided by the time of the peer. The form is the first valid one in the
provider's vectors. The peers check comparable rules (\`crates/bowline-wasm/bench/peers.mjs\`). The benchmark verifies that
each peer accepts the form and rejects vectors that break the rules. Peers only report whether and where a form is wrong.
\`checkForm\` also normalizes the endpoint, detects the provider, and returns warnings, hints, and fixes. Times are medians
in microseconds.

| provider | ÷ zod | ÷ valibot | ÷ ajv | checkForm | zod | valibot | ajv |
|---|---:|---:|---:|---:|---:|---:|---:|
${forms.map(({ row }) => row).join("\n")}

${within} of ${forms.length} providers meet the budget of 20 µs.

zod ${version("zod")}, valibot ${version("valibot")}, ajv ${version("ajv")}.

## A large inventory in the browser's build

100,000 images with a policy of four patterns and a condition, and one regular expression over 20,000 names.

| | time | budget |
|---|---:|---:|
${inventory.join("\n")}

## A list of patterns in the browser's build

\`PatternSet.filter\` in the module, beside a hand-written loop for literal patterns that calls \`includes\` on the parts of
every name. Times are for a million names, the best of three runs.

| patterns | ÷ includes | PatternSet | includes | taken |
|---:|---:|---:|---:|---:|
${patternTimes(bowline).join("\n")}
`);

/** The version of a peer that is installed. */
function version(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}
