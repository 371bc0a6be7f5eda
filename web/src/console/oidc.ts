/**
 * Sign-in with OpenID Connect: authorization code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636). Loaded
 * on demand.
 */

import * as oauth from "oauth4webapi";
import type { IdentityProvider } from "./identity-provider.js";
import { keepAttempt, spendAttempt } from "./session.js";
import { SignInError, type SignInFailure } from "./sign-in-error.js";

/** The timeout for the identity provider, in milliseconds. */
const LIMIT_MS = 15_000;

/** Returns the sign-in URL. `place` is the fragment to return to. Throws {@link SignInError}. */
export async function begin(provider: IdentityProvider, place: string): Promise<URL> {
  return explained(async () => {
    const server = await discovered(provider);
    const endpoint = new URL(server.authorization_endpoint ?? "");
    if (endpoint.protocol !== new URL(provider.issuer).protocol) throw new SignInError("refused");
    const attempt = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      place,
    };
    const asked = {
      response_type: "code",
      client_id: provider.clientId,
      redirect_uri: redirectUri(),
      scope: provider.scope,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(asked)) endpoint.searchParams.set(name, value);
    keepAttempt(attempt);
    return endpoint;
  });
}

/** Exchanges a response for the access token and the fragment to return to. Throws {@link SignInError}. */
export async function finish(provider: IdentityProvider, answer: URLSearchParams): Promise<{ token: string; place: string }> {
  const attempt = spendAttempt(answer.get("state") ?? "");
  if (attempt === null) throw new SignInError("state");
  return explained(async () => {
    const server = await discovered(provider);
    const client = { client_id: provider.clientId };
    const parameters = oauth.validateAuthResponse(server, client, answer, attempt.state);
    const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, redirectUri(), attempt.verifier, options(provider));
    const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: attempt.nonce,
      requireIdToken: true,
    });
    return { token, place: attempt.place };
  });
}

async function discovered(provider: IdentityProvider): Promise<oauth.AuthorizationServer> {
  // Without it, the browser has no cryptography.
  if (!isSecureContext) throw new SignInError("insecure");
  const issuer = new URL(provider.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...options(provider) }));
}

/** The site accepts an issuer without TLS only on this machine. */
function options({ issuer }: IdentityProvider): { signal: AbortSignal; [oauth.allowInsecureRequests]: boolean } {
  return { signal: AbortSignal.timeout(LIMIT_MS), [oauth.allowInsecureRequests]: issuer.startsWith("http:") };
}

/** The page's redirect URI, one for all routes. */
function redirectUri(): string {
  return new URL("./", location.href.replace(/[?#].*$/s, "")).href;
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignInError) throw error;
    throw new SignInError(failureOf(error), { cause: error });
  }
}

function failureOf(error: unknown): SignInFailure {
  if (error instanceof oauth.AuthorizationResponseError) return error.error === "access_denied" ? "denied" : "refused";
  // `fetch` throws these without a response or after a timeout. The library's errors have a code.
  if ((error instanceof TypeError && !("code" in error)) || (error instanceof DOMException && error.name === "TimeoutError")) return "unreachable";
  return "refused";
}
