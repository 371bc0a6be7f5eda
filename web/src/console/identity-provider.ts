/** The operator's identity provider and the page's client id, from the site. */

export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
}

let asked: Promise<IdentityProvider | null> | undefined;

/** Loads the identity provider; `null` if there is none. A failed load can be retried. */
export function identityProvider(): Promise<IdentityProvider | null> {
  asked ??= load().catch((error: unknown) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

async function load(): Promise<IdentityProvider | null> {
  const response = await fetch(new URL("./sign-in.json", document.baseURI), { credentials: "omit" });
  if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
  const { oidc } = (await response.json()) as { readonly oidc: IdentityProvider | null };
  return oidc;
}
