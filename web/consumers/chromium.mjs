// A page in Chromium, which says in its title what came of it.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The title that a page has in the end. */
export async function titleOf(t, address) {
  const profile = await folder(t);
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", `--user-data-dir=${profile}`];
  const chromium = spawn("chromium", [...flags, "--remote-debugging-port=0", address], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((end) => chromium.on("exit", end));
  t.after(async () => {
    chromium.kill();
    await ended;
  });
  let told = "";
  const port = await new Promise((found) =>
    chromium.stderr.on("data", (data) => {
      told += data;
      const [, port] = /listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(told) ?? [];
      if (port !== undefined) found(port);
    }),
  );
  for (;;) {
    const pages = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const title = pages.find(({ url }) => url === address)?.title ?? "waiting";
    // Until it has a title of its own, it is called by its address.
    if (!["waiting", "", new URL(address).host].includes(title) && !address.includes(title)) return title;
    await new Promise((soon) => setTimeout(soon, 50));
  }
}

/** A folder for the time of a test. */
export async function folder(t) {
  const made = await mkdtemp(join(tmpdir(), "bowline-consumer-"));
  t.after(() => rm(made, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return made;
}
