// The package in Next.js: the page is rendered on the server, the form comes up in Chromium, and the server judges it again.
// A long test: BOWLINE_LONG=1.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { titleOf } from "./chromium.mjs";

const project = join(dirname(fileURLToPath(import.meta.url)), "next");
const next = join(project, "node_modules/next/dist/bin/next");
const options = { cwd: project, env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } };

/** Put into the page: its title says when the form was judged. */
const LOOK = `<script type="module">(function look() {
  const form = document.querySelector("bowline-connection-form");
  if (form?.shadowRoot?.querySelector("[data-testid=field-password]") && form.report?.findings.length > 0) document.title = "judged";
  else setTimeout(look, 20);
})();</script>`;

test(
  "next: a page with the form is built, rendered on the server and shown",
  { timeout: 300_000, skip: process.env.BOWLINE_LONG ? false : "in a long test" },
  async (t) => {
    execFileSync("node", [next, "build"], { ...options, stdio: ["ignore", "ignore", "inherit"] });
    const server = spawn("node", [next, "start", "--hostname", "127.0.0.1", "--port", "0"], { ...options, stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((end) => server.on("exit", end));
    t.after(async () => {
      server.kill();
      await ended;
    });
    const origin = await new Promise((found) =>
      server.stdout.on("data", (data) => {
        const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(String(data)) ?? [];
        if (address !== undefined) found(address);
      }),
    );

    const page = await (await fetch(origin)).text();
    assert.match(page, /<bowline-connection-form provider="docker-hub">/);
    const judged = await fetch(`${origin}/api/check`, { method: "POST", body: JSON.stringify({ provider: "docker-hub", name: "" }) });
    assert.equal((await judged.json()).valid, false);

    const looking = createServer(async ({ url, headers }, response) => {
      const answer = await fetch(origin + url, { headers: { accept: headers.accept ?? "*/*" } });
      const type = answer.headers.get("content-type") ?? "";
      const body = type.startsWith("text/html") ? (await answer.text()).replace("</body>", `${LOOK}</body>`) : Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { "content-type": type }).end(body);
    });
    await new Promise((listening) => looking.listen(0, "127.0.0.1", listening));
    t.after(() => looking.close());
    assert.equal(await titleOf(t, `http://127.0.0.1:${looking.address().port}/`), "judged");
  },
);
