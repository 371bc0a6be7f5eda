/** The page's side of the HTTP API. */

import type { ConnectionForm } from "bowline";
import { text } from "../messages.js";
import { eventsOf } from "./event-stream.js";
import { ApiError, errorOf, isAbort, networkError } from "./problem.js";
import type { Check, Connection, ConnectionPage, Step } from "./types.js";

export interface ClientOptions {
  /** Where the API is, without a trailing slash; default `/v1` of the page's origin. */
  readonly base?: string;
  /** The project whose connections these are. */
  readonly project: string;
  /** Gives the sign-in token for each request. */
  readonly token: () => string | null;
  /** Default the browser's. */
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
  readonly signal?: AbortSignal;
}

/** What the elements need of the API. A product may bring its own. */
export interface ConnectionsClient {
  /** Tests a form's connection; nothing is kept. */
  check(form: ConnectionForm, options?: CheckOptions): Promise<Check>;
  /** Tests a stored connection. */
  recheck(id: string, options?: CheckOptions): Promise<Check>;
  list(options?: ListOptions): Promise<ConnectionPage>;
  /** Keeps a connection; with `verify` only if its check passes. */
  create(form: ConnectionForm, options: { verify: boolean; signal?: AbortSignal }): Promise<Connection>;
  /** Renames it, if nobody changed it meanwhile. */
  rename(connection: Pick<Connection, "id" | "version">, name: string): Promise<Connection>;
  remove(id: string): Promise<void>;
}

/** The client of Bowline's own API. All methods throw {@link ApiError}, or `AbortError` when cancelled. */
export class HttpClient implements ConnectionsClient {
  readonly #options: ClientOptions;
  readonly #base: string;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#base = options.base ?? "/v1";
  }

  check(form: ConnectionForm, options: CheckOptions = {}): Promise<Check> {
    const image = form.image?.trim();
    return this.#checked("/check", image ? { form, image } : { form }, options);
  }

  recheck(id: string, options: CheckOptions = {}): Promise<Check> {
    return this.#checked(`${this.#connections(id)}/check`, {}, options);
  }

  async list({ search, cursor, limit, signal }: ListOptions = {}): Promise<ConnectionPage> {
    const query = new URLSearchParams();
    if (search) query.set("search", search);
    if (cursor) query.set("cursor", cursor);
    if (limit !== undefined) query.set("limit", String(limit));
    const suffix = query.size > 0 ? `?${query}` : "";
    return json(await this.#send("GET", this.#connections() + suffix, { signal }));
  }

  async create(form: ConnectionForm, { verify, signal }: { verify: boolean; signal?: AbortSignal }): Promise<Connection> {
    const path = this.#connections() + (verify ? "?verify=true" : "");
    return json(await this.#send("POST", path, { body: form, signal }));
  }

  async rename({ id, version }: Pick<Connection, "id" | "version">, name: string): Promise<Connection> {
    const headers = { "If-Match": `"${version}"` };
    return json(await this.#send("PATCH", this.#connections(id), { body: { name }, headers }));
  }

  async remove(id: string): Promise<void> {
    await this.#send("DELETE", this.#connections(id), {});
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
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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

  #connections(id?: string): string {
    const list = `/projects/${encodeURIComponent(this.#options.project)}/connections`;
    return id === undefined ? list : `${list}/${encodeURIComponent(id)}`;
  }
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
