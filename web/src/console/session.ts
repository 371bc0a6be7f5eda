/**
 * The signed-in user. A token can come in the URL fragment (`#token=…`), which no server sees. The page removes it from
 * the address bar at once, and stores it for this tab after the user has agreed.
 */

const KEY = "bowline.token";
const PROJECT_KEY = "bowline.project";
const STATE_KEY = "bowline.state";
const ATTEMPT_KEY = "bowline.attempt";
const PERMISSION = "iam:project:cicd:registry:";

/** The facts from a token. The server verifies it; the page only reads it. */
export interface Session {
  readonly token: string;
  readonly subject: string;
  /** The current project, one of `projects`. */
  readonly project: string;
  readonly projects: readonly string[];
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly may: { readonly read: boolean; readonly write: boolean; readonly delete: boolean };
}

/** Why a text is not a valid session. */
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

/** A token from the URL. Anybody can create such a link, so the page asks before using it. */
export interface Arrival {
  readonly token: string;
  /** The state that this browser sent to the product, according to the link. */
  readonly state: string | null;
}

/** The token in a fragment, and the fragment without it: `#token=…`, `#token=…&state=…`, each with `&` and a place. */
export function arrivalIn(fragment: string): { arrival: Arrival | null; rest: string } {
  const match = /^#token=([^&]*)(?:&state=([^&]*))?(?:&(.*))?$/.exec(fragment);
  if (match === null) return { arrival: null, rest: fragment };
  const [, token = "", state, place] = match;
  return { arrival: { token: decode(token), state: state === undefined ? null : decode(state) }, rest: place ? `#${place}` : "" };
}

/** Removes a token from the address bar and returns it; `null` if there is none. */
export function takeArrival(): Arrival | null {
  const { arrival, rest } = arrivalIn(location.hash);
  if (arrival !== null) history.replaceState(null, "", location.pathname + location.search + rest);
  return arrival;
}

/** The identity provider's response in the URL query. */
export function takeAnswer(): URLSearchParams | null {
  const query = new URLSearchParams(location.search);
  if (!query.has("state") || !(query.has("code") || query.has("error"))) return null;
  history.replaceState(null, "", location.pathname + location.hash);
  return query;
}

/** A sign-in that this tab started at an identity provider. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  /** The code verifier of RFC 7636. */
  readonly verifier: string;
  /** The fragment to return to. */
  readonly place: string;
}

/** Stores the request of this tab until the response arrives. */
export function keepAttempt({ state, ...attempt }: Attempt): void {
  sessionStorage.setItem(STATE_KEY, state);
  sessionStorage.setItem(ATTEMPT_KEY, JSON.stringify(attempt));
}

/** Returns this tab's request for a state. Works only once. */
export function spendAttempt(state: string): Attempt | null {
  const attempt = sessionStorage.getItem(ATTEMPT_KEY);
  sessionStorage.removeItem(ATTEMPT_KEY);
  return spendState(state) && attempt !== null ? { state, ...(JSON.parse(attempt) as Omit<Attempt, "state">) } : null;
}

/** Whether this tab sent a state. Works only once. */
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

/** Stores the current project for this tab. */
export function keepProject(project: string): void {
  sessionStorage.setItem(PROJECT_KEY, project);
}

/** Returns the session of this tab; `null` if there was none. */
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
