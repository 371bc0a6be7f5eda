/** The identity provider that the operator has set, and the client that the page is to it. The site tells it. */

export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
}

let asked: Promise<IdentityProvider | null> | undefined;

/** The identity provider; `null` where there is none. A load that failed can be tried again. */
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
