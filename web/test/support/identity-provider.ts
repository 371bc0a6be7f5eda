/** A double of an OpenID Connect provider, for tests: it signs everybody in at once, and checks what the page sends. */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { tokenOf } from "./signed-in.js";

export interface ProviderDouble {
  readonly issuer: string;
  /** The queries with which somebody was sent to it. */
  readonly sent: readonly URLSearchParams[];
  /** How many codes were turned into a token. */
  readonly exchanged: () => number;
}

export interface ProviderOptions {
  /** The claims of the access token. */
  readonly claims?: object;
  /** Another nonce than the one that was asked with. */
  readonly nonce?: string;
  /** Another state than the one that was asked with. */
  readonly state?: string;
  /** Nobody is signed in, for this reason. */
  readonly error?: string;
}

export async function identityProvider(t: TestContext, options: ProviderOptions = {}): Promise<ProviderDouble> {
  const sent: URLSearchParams[] = [];
  const codes = new Map<string, URLSearchParams>();
  let exchanged = 0;

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    sent.push(query);
    const code = `code-${codes.size}`;
    codes.set(code, query);
    const back = new URL(query.get("redirect_uri") ?? "");
    const answer = { state: options.state ?? query.get("state") ?? "", iss: issuer, ...(options.error === undefined ? { code } : { error: options.error }) };
    for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  }

  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const form = new URLSearchParams(text);
    const asked = codes.get(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const same = ["client_id", "redirect_uri"].every((name) => form.get(name) === asked?.get(name));
    if (asked === undefined || !same || challenge !== asked.get("code_challenge") || asked.get("code_challenge_method") !== "S256") {
      return json(response, 400, { error: "invalid_grant" });
    }
    codes.delete(form.get("code") ?? "");
    exchanged += 1;
    const now = Math.floor(Date.now() / 1000);
    const said = { iss: issuer, sub: "anna", aud: asked.get("client_id"), iat: now, exp: now + 300, nonce: options.nonce ?? asked.get("nonce") };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    json(response, 200, {
      access_token: tokenOf(options.claims),
      token_type: "Bearer",
      expires_in: 300,
      id_token: `${part({ alg: "RS256" })}.${part(said)}.c2ln`,
    });
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://provider");
    if (pathname === "/.well-known/openid-configuration") {
      json(response, 200, { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` });
    } else if (pathname === "/authorize") authorize(searchParams, response);
    else if (pathname === "/token") void exchange(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { issuer, sent, exchanged: () => exchanged };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "access-control-allow-origin": "*" }).end(JSON.stringify(body));
}
