/**
 * Who is signed in. A token may come in the address's fragment (`#token=…`), which no server sees. It is taken out of
 * the address bar at once, and is kept for this tab once somebody has said that they want it.
 */

const KEY = "bowline.token";
const PROJECT_KEY = "bowline.project";
const STATE_KEY = "bowline.state";
const ATTEMPT_KEY = "bowline.attempt";
const PERMISSION = "iam:project:cicd:registry:";

/** What the page needs to know of a token. The server checks it; the page only reads it. */
export interface Session {
  readonly token: string;
  readonly subject: string;
  /** The project that is looked at: one of `projects`. */
  readonly project: string;
  readonly projects: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly may: { readonly read: boolean; readonly write: boolean; readonly delete: boolean };
}

/** Why a text is no session. */
export type SessionError = "invalid" | "expired" | "no-project";

/** Reads a JWT's claims. `now` is in milliseconds since 1970; `chosen` is the project to look at, if it is one of the token's. */
export function parseToken(token: string, now: number, chosen: string | null = null): Session | SessionError {
  const claims = claimsOf(token.trim());
  if (claims === undefined) return "invalid";
  const { sub, exp, projects, permissions } = claims;
  if (typeof exp !== "number") return "invalid";
  if (exp * 1000 <= now) return "expired";
  const named = strings(projects);
  const project = named.find((name) => name === chosen) ?? named[0];
  if (project === undefined) return "no-project";
  const granted = new Set(strings(permissions));
  const may = (action: string): boolean => granted.has(PERMISSION + action);
  return {
    token: token.trim(),
    subject: typeof sub === "string" ? sub : "",
    project,
    projects: named,
    expires: exp * 1000,
    may: { read: may("read"), write: may("write"), delete: may("delete") },
  };
}

/** A token that came by the address. Anybody can make such a link, so nothing is done with it unasked. */
export interface Arrival {
  readonly token: string;
  /** What the product says this browser asked it with. */
  readonly state: string | null;
}

/** The token in a fragment, and the fragment without it: `#token=…`, `#token=…&state=…`, each with `&` and a place. */
export function arrivalIn(fragment: string): { arrival: Arrival | null; rest: string } {
  const match = /^#token=([^&]*)(?:&state=([^&]*))?(?:&(.*))?$/.exec(fragment);
  if (match === null) return { arrival: null, rest: fragment };
  const [, token = "", state, place] = match;
  return { arrival: { token: decode(token), state: state === undefined ? null : decode(state) }, rest: place ? `#${place}` : "" };
}

/** Takes a token out of the address bar; `null` where there is none. */
export function takeArrival(): Arrival | null {
  const { arrival, rest } = arrivalIn(location.hash);
  if (arrival !== null) history.replaceState(null, "", location.pathname + location.search + rest);
  return arrival;
}

/** The answer of an identity provider, which it adds to the address's query. */
export function takeAnswer(): URLSearchParams | null {
  const query = new URLSearchParams(location.search);
  if (!query.has("state") || !(query.has("code") || query.has("error"))) return null;
  history.replaceState(null, "", location.pathname + location.hash);
  return query;
}

/** A sign-in that this tab has begun at an identity provider. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  /** The code verifier of RFC 7636. */
  readonly verifier: string;
  /** The fragment to come back to. */
  readonly place: string;
}

/** Keeps what this tab asks with, until the answer comes. */
export function keepAttempt({ state, ...attempt }: Attempt): void {
  sessionStorage.setItem(STATE_KEY, state);
  sessionStorage.setItem(ATTEMPT_KEY, JSON.stringify(attempt));
}

/** What this tab asked with this state. It counts once, whatever the answer. */
export function spendAttempt(state: string): Attempt | null {
  const attempt = sessionStorage.getItem(ATTEMPT_KEY);
  sessionStorage.removeItem(ATTEMPT_KEY);
  return spendState(state) && attempt !== null ? { state, ...(JSON.parse(attempt) as Omit<Attempt, "state">) } : null;
}

/** Whether this tab asked with this state. It counts once, whatever the answer. */
export function spendState(state: string): boolean {
  const kept = sessionStorage.getItem(STATE_KEY);
  sessionStorage.removeItem(STATE_KEY);
  return kept !== null && kept === state;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** Remembers for this tab which project is looked at. */
export function keepProject(project: string): void {
  sessionStorage.setItem(PROJECT_KEY, project);
}

/** The session of this tab; `null` where there never was one. */
export function currentSession(now: number): Session | SessionError | null {
  const token = sessionStorage.getItem(KEY);
  return token === null ? null : parseToken(token, now, sessionStorage.getItem(PROJECT_KEY));
}

function claimsOf(token: string): Record<"sub" | "exp" | "projects" | "permissions", unknown> | undefined {
  const parts = token.split(".");
  if (parts.length !== 3 || !parts[1]) return undefined;
  try {
    const base64 = parts[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== "object" || claims === null) return undefined;
    return { sub: undefined, exp: undefined, projects: undefined, permissions: undefined, ...claims };
  } catch {
    return undefined;
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
