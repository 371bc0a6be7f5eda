// A product's own server: what the browser called valid is judged again, by the same code.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

import { checkForm, ready } from "bowline";

/** How many characters a form may have. */
const LARGEST = 64 * 1024;

/** Starts it; `port` 0 takes any that is free. */
export async function start(port) {
  await ready();
  const server = createServer(async (request, response) => {
    const [status, answer] = await judge(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
  return server;
}

/** The status and the report; whatever is sent, it is answered. */
async function judge(request) {
  let body = "";
  try {
    for await (const chunk of request.setEncoding("utf8")) {
      body += chunk;
      if (body.length > LARGEST) return [413, { error: "A form is smaller than that." }];
    }
    const report = checkForm(JSON.parse(body).form);
    return [report.valid ? 200 : 422, report];
  } catch {
    return [400, { error: "That is no form." }];
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await start(8080);
