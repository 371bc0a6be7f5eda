/** The client of the HTTP API. */

import type { ConnectionForm, Policy } from "bowline";
import { text } from "../messages.js";
import { eventsOf } from "./event-stream.js";
import { ApiError, errorOf, isAbort, networkError } from "./problem.js";
import type {
  EventAddress,
  ImagesOptions,
  InventoryImage,
  NewEventAddress,
  PullingClient,
  QueuedScans,
  Scan,
  Scanner,
  ScansOptions,
  Sync,
  SyncStatus,
} from "./pulling.js";
import type {
  AuditEntry,
  ChangedNoticeEndpoint,
  Check,
  Connection,
  Listing,
  NoticeEndpoint,
  NoticeKind,
  Page,
  ProjectAudit,
  Selection,
  ServiceFacts,
  Settings,
  Step,
} from "./types.js";

export interface ClientOptions {
  /** The URL of the API, without a trailing slash; default: `/v1` on the page's origin. */
  readonly base?: string;
  /** The project of the connections. */
  readonly project: string;
  /** Returns the access token for each request. */
  readonly token: () => string | null;
  /** Default: the browser's `fetch`. */
  readonly fetch?: typeof fetch;
}

export interface CheckOptions {
  readonly signal?: AbortSignal;
  /** Called with each step as it ends. */
  readonly onStep?: (step: Step) => void;
}

export interface ListOptions {
  readonly search?: string;
  readonly cursor?: string;
  readonly limit?: number;
  /** A provider's id. */
  readonly provider?: string;
  /** Only connections with credentials that expire within this number of days. */
  readonly expiring?: number;
  /** Only connections with credentials that were not used within this number of days. */
  readonly unused?: number;
  readonly signal?: AbortSignal;
}

/** The version of a connection that a change is based on. */
export type Version = Pick<Connection, "id" | "version">;

/** The changes to a connection. Missing members stay unchanged. */
export interface ConnectionChange {
  readonly name?: string;
  readonly description?: string;
  readonly policy?: Policy | null;
}

/** The API for the elements. A product can provide its own implementation. */
export interface ConnectionsClient {
  /** Tests a form's connection without saving it. */
  check(form: ConnectionForm, options?: CheckOptions): Promise<Check>;
  /** Tests a stored connection. */
  recheck(id: string, options?: CheckOptions): Promise<Check>;
  list(options?: ListOptions): Promise<Page<Connection>>;
  /** Creates a connection. With `verify`, only if its check passes. */
  create(form: ConnectionForm, options: { verify: boolean; signal?: AbortSignal }): Promise<Connection>;
  read(id: string, signal?: AbortSignal): Promise<Connection>;
  /** Changes the name, description, or policy, unless somebody else has changed the connection. */
  edit(connection: Version, change: ConnectionChange): Promise<Connection>;
  /** Replaces the credentials, including all secrets. */
  rotate(connection: Version, form: ConnectionForm, options: { verify: boolean }): Promise<Connection>;
  /** Deletes it. With `force`, even if it is in use. */
  remove(id: string, options?: { force?: boolean }): Promise<void>;
  /** Lists its repositories. */
  repositories(id: string, search?: string, signal?: AbortSignal): Promise<Listing>;
  tags(id: string, repository: string, signal?: AbortSignal): Promise<Listing>;
  /** Previews which images a policy selects. */
  selection(id: string, policy: Policy | null, signal?: AbortSignal): Promise<Selection>;
}

/** The requested part of a list. */
export interface PageOptions {
  readonly cursor?: string | null;
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** The API for a connection's activity. */
export interface AuditClient {
  /** Who did what, the latest first. */
  audit(id: string, options?: PageOptions): Promise<Page<AuditEntry>>;
}

/** The API for a project. */
export interface ProjectClient {
  /** Facts about the service for the form. */
  service(signal?: AbortSignal): Promise<ServiceFacts>;
  settings(signal?: AbortSignal): Promise<Settings>;
  /** Changes the settings, unless somebody else has changed them. */
  saveSettings(version: number, settings: Pick<Settings, "keepNewest" | "scanTimeoutSeconds">): Promise<Settings>;
  /** The project's notice settings. */
  notices(signal?: AbortSignal): Promise<NoticeEndpoint>;
  /** Sets the notices. A new secret is in the response. */
  changeNotices(change: { readonly url: string; readonly kinds: readonly NoticeKind[]; readonly renewSecret: boolean }): Promise<ChangedNoticeEndpoint>;
  endNotices(): Promise<void>;
  /** Who did what in the project, in order from the first. */
  projectAudit(options?: PageOptions): Promise<ProjectAudit>;
}

/** The client of Bowline's own API. All methods throw {@link ApiError}, or `AbortError` when canceled. */
export class HttpClient implements AuditClient, ConnectionsClient, ProjectClient, PullingClient {
  readonly #options: ClientOptions;
  readonly #base: string;
  /** A creation without a response may have succeeded. A retry uses the same key, so that it does not create a second one. */
  #unanswered: { readonly sent: string; readonly key: string } | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#base = options.base ?? "/v1";
  }

  check(form: ConnectionForm, options: CheckOptions = {}): Promise<Check> {
    const image = form.image?.trim();
    // With access delegation, the service needs the project.
    const { project } = this.#options;
    return this.#checked("/check", image ? { form, image, project } : { form, project }, options);
  }

  recheck(id: string, options: CheckOptions = {}): Promise<Check> {
    return this.#checked(`${this.#connections(id)}/check`, {}, options);
  }

  async list({ search, cursor, limit, provider, expiring, unused, signal }: ListOptions = {}): Promise<Page<Connection>> {
    return json(await this.#send("GET", this.#connections() + queryOf({ search, cursor, provider, expiring, unused, limit }), { signal }));
  }

  async create(form: ConnectionForm, { verify, signal }: { verify: boolean; signal?: AbortSignal }): Promise<Connection> {
    const path = this.#connections() + (verify ? "?verify=true" : "");
    const sent = path + jsonOf(form);
    const key = this.#unanswered?.sent === sent ? this.#unanswered.key : randomKey();
    this.#unanswered = null;
    try {
      return await json(await this.#send("POST", path, { body: form, headers: { "Idempotency-Key": key }, signal }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) this.#unanswered = { sent, key };
      throw error;
    }
  }

  async read(id: string, signal?: AbortSignal): Promise<Connection> {
    return json(await this.#send("GET", this.#connections(id), { signal }));
  }

  async edit({ id, version }: Version, change: ConnectionChange): Promise<Connection> {
    return json(await this.#send("PATCH", this.#connections(id), { body: change, headers: ifMatch(version) }));
  }

  async rotate({ id, version }: Version, form: ConnectionForm, { verify }: { verify: boolean }): Promise<Connection> {
    const { auth, values, trustedAuthHosts, expiresAt } = form;
    const path = `${this.#connections(id)}/credentials${verify ? "?verify=true" : ""}`;
    return json(await this.#send("PUT", path, { body: { auth, values, trustedAuthHosts, expiresAt }, headers: ifMatch(version) }));
  }

  async remove(id: string, { force = false }: { force?: boolean } = {}): Promise<void> {
    await this.#send("DELETE", this.#connections(id) + (force ? "?force=true" : ""), {});
  }

  async repositories(id: string, search = "", signal?: AbortSignal): Promise<Listing> {
    return json(await this.#send("GET", `${this.#connections(id)}/repositories${queryOf({ search })}`, { signal }));
  }

  async tags(id: string, repository: string, signal?: AbortSignal): Promise<Listing> {
    return json(await this.#send("GET", `${this.#connections(id)}/tags?${new URLSearchParams({ repository })}`, { signal }));
  }

  async selection(id: string, policy: Policy | null, signal?: AbortSignal): Promise<Selection> {
    return json(await this.#send("POST", `${this.#connections(id)}/selection`, { body: { policy }, signal }));
  }

  async service(signal?: AbortSignal): Promise<ServiceFacts> {
    return json(await this.#send("GET", "/service", { signal }));
  }

  async settings(signal?: AbortSignal): Promise<Settings> {
    return json(await this.#send("GET", `${this.#project()}/settings`, { signal }));
  }

  async saveSettings(version: number, settings: Pick<Settings, "keepNewest" | "scanTimeoutSeconds">): Promise<Settings> {
    return json(await this.#send("PUT", `${this.#project()}/settings`, { body: settings, headers: ifMatch(version) }));
  }

  async notices(signal?: AbortSignal): Promise<NoticeEndpoint> {
    return json(await this.#send("GET", `${this.#project()}/notices`, { signal }));
  }

  async changeNotices(change: { readonly url: string; readonly kinds: readonly NoticeKind[]; readonly renewSecret: boolean }): Promise<ChangedNoticeEndpoint> {
    return json(await this.#send("PUT", `${this.#project()}/notices`, { body: change }));
  }

  async endNotices(): Promise<void> {
    await this.#send("DELETE", `${this.#project()}/notices`, {});
  }

  async projectAudit({ cursor, limit, signal }: PageOptions = {}): Promise<ProjectAudit> {
    return json(await this.#send("GET", `${this.#project()}/audit${queryOf({ cursor, limit })}`, { signal }));
  }

  async audit(id: string, { cursor, limit, signal }: PageOptions = {}): Promise<Page<AuditEntry>> {
    return json(await this.#send("GET", `${this.#connections(id)}/audit${queryOf({ cursor, limit })}`, { signal }));
  }

  async images(id: string, { search, state, cursor, limit, signal }: ImagesOptions = {}): Promise<Page<InventoryImage>> {
    return json(await this.#send("GET", `${this.#connections(id)}/images${queryOf({ search, state, cursor, limit })}`, { signal }));
  }

  async sync(id: string, signal?: AbortSignal): Promise<Sync> {
    return json(await this.#send("POST", `${this.#connections(id)}/sync`, { signal }));
  }

  async syncStatus(id: string, signal?: AbortSignal): Promise<SyncStatus> {
    return json(await this.#send("GET", `${this.#connections(id)}/sync`, { signal }));
  }

  async scans(id: string, { state, cursor, limit, signal }: ScansOptions = {}): Promise<Page<Scan>> {
    return json(await this.#send("GET", `${this.#connections(id)}/scans${queryOf({ state, cursor, limit })}`, { signal }));
  }

  async queueScans(id: string, images: readonly string[]): Promise<QueuedScans> {
    return json(await this.#send("POST", `${this.#connections(id)}/scans`, { body: { images } }));
  }

  async scanners(signal?: AbortSignal): Promise<readonly Scanner[]> {
    const { items } = await json<Page<Scanner>>(await this.#send("GET", `${this.#project()}/scanners`, { signal }));
    return items;
  }

  async events(id: string, signal?: AbortSignal): Promise<EventAddress> {
    return json(await this.#send("GET", `${this.#connections(id)}/events`, { signal }));
  }

  async renewEvents(id: string): Promise<NewEventAddress> {
    return json(await this.#send("POST", `${this.#connections(id)}/events`, {}));
  }

  async endEvents(id: string): Promise<void> {
    await this.#send("DELETE", `${this.#connections(id)}/events`, {});
  }

  async #checked(path: string, body: object, { signal, onStep }: CheckOptions): Promise<Check> {
    const headers = { Accept: "text/event-stream" };
    const response = await this.#send("POST", path, { body, headers, signal });
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return json(response);
    if (response.body === null) throw cutShort();
    try {
      for await (const event of eventsOf(response.body)) {
        if (event.type === "step") onStep?.(JSON.parse(event.data) as Step);
        else if (event.type === "result") return JSON.parse(event.data) as Check;
      }
    } catch (error) {
      if (isAbort(error)) throw error;
      throw cutShort();
    }
    throw cutShort();
  }

  async #send(
    method: string,
    path: string,
    { body, headers, signal }: { body?: object; headers?: Record<string, string>; signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const token = this.#options.token();
    const request: RequestInit = {
      method,
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      ...(body === undefined ? {} : { body: jsonOf(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    const call = this.#options.fetch ?? globalThis.fetch;
    let response: Response;
    try {
      response = await call(this.#base + path, request);
    } catch (error) {
      if (isAbort(error)) throw error;
      throw networkError(globalThis.navigator?.onLine !== false);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  #project(): string {
    return `/projects/${encodeURIComponent(this.#options.project)}`;
  }

  #connections(id?: string): string {
    const list = `${this.#project()}/connections`;
    return id === undefined ? list : `${list}/${encodeURIComponent(id)}`;
  }
}

/** 128 random bits. Not `randomUUID`, which pages without TLS do not have. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Builds a query string without empty parameters. */
function queryOf(parameters: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  return query.size > 0 ? `?${query}` : "";
}

function ifMatch(version: number): Record<string, string> {
  return { "If-Match": `"${version}"` };
}

async function json<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError({ title: text().errors.unexpected }, response.status);
  }
}

function cutShort(): ApiError {
  const { cutShort: title, cutShortDetail: detail } = text().errors;
  return new ApiError({ code: "answer.cut_short", title, detail }, 0);
}

/** JSON as the server and the module read it: lone surrogates become U+FFFD. */
function jsonOf(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value));
}
