// The browser module's budgets: its size, and the time of one form's check from JavaScript.

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("../../../target/npm/bowline/", import.meta.url);
const { checkForm, ready } = await import(new URL("node.js", folder));
await ready();

const form = {
  provider: "docker-registry",
  name: "prod-images",
  values: { url: "https://registry.example.com:5000/team", username: "scanner", password: "correct horse battery" },
};
const SAMPLES = 50_000;
for (let warm = 0; warm < SAMPLES; warm++) checkForm(form);
const times = new Float64Array(SAMPLES);
for (let sample = 0; sample < SAMPLES; sample++) {
  const started = process.hrtime.bigint();
  checkForm(form);
  times[sample] = Number(process.hrtime.bigint() - started) / 1000;
}
times.sort();

const module = fileURLToPath(new URL("bowline.wasm", folder));
const gzip = execFileSync("gzip", ["-9c", module]).length;
const kib = (bytes) => (bytes / 1024).toFixed(1);
console.log(`module          ${kib(statSync(module).size)} KiB, ${kib(gzip)} KiB gzip (budget 100)`);
console.log(`checkForm       ${times[SAMPLES / 2].toFixed(1)} µs median, ${times[SAMPLES * 0.99].toFixed(1)} µs 99th (budget 10)`);
