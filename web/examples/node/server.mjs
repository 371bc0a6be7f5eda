// A product's own server: what the browser called valid is judged again, by the same code.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

import { checkForm, ready } from "bowline";

/** Starts it; `port` 0 takes any that is free. */
export async function start(port) {
  await ready();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { form } = JSON.parse(body);
    const report = checkForm(form);
    response.writeHead(report.valid ? 200 : 422, { "content-type": "application/json" }).end(JSON.stringify(report));
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return server;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await start(8080);
