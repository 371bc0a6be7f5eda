import type { LitElement, ReactiveController } from "lit";
import { isAbort, type ApiError } from "../api/problem.js";
import type { Page } from "../api/types.js";
import { refusedIn } from "./failure.js";

/** A paged list. Only the response to the latest request counts. */
export class PagedList<T> implements ReactiveController {
  /** `null` until the first page is loaded. */
  items: readonly T[] | null = null;
  /** The cursor of the next page; `null` at the end. */
  next: string | null = null;
  loading = false;
  error: ApiError | null = null;

  readonly #host: LitElement;
  readonly #page: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;
  #request: AbortController | null = null;

  /** `page` requests a page. The cursor `null` is the first page. */
  constructor(host: LitElement, page: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>) {
    this.#host = host;
    this.#page = page;
    host.addController(this);
  }

  /** Loads the list from the first page. The current items stay until the response arrives. */
  load(): Promise<void> {
    return this.#load(null);
  }

  /** Loads the next page. */
  more(): Promise<void> {
    return this.#load(this.next);
  }

  /** Applies a change that was made on the server. */
  change(change: (items: readonly T[]) => readonly T[]): void {
    if (this.items !== null) this.items = change(this.items);
    this.#host.requestUpdate();
  }

  /** Clears the list. */
  clear(): void {
    this.#request?.abort();
    this.items = null;
    this.next = null;
    this.error = null;
  }

  hostDisconnected(): void {
    this.#request?.abort();
  }

  async #load(cursor: string | null): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const { items, next } = await this.#page(cursor, request.signal);
      if (this.#request !== request) return;
      this.items = cursor === null ? items : [...(this.items ?? []), ...items];
      this.next = next;
      this.error = null;
    } catch (error) {
      if (isAbort(error) || this.#request !== request) return;
      this.error = refusedIn(this.#host, error);
    } finally {
      if (this.#request === request) this.loading = false;
      this.#host.requestUpdate();
    }
  }
}
