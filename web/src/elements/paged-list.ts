import type { LitElement, ReactiveController } from "lit";
import { isAbort, type ApiError } from "../api/problem.js";
import type { Page } from "../api/types.js";
import { refusedIn } from "./failure.js";

/** A list that comes page by page: the last answer that was asked for is the one that stands. */
export class PagedList<T> implements ReactiveController {
  /** `null` until the first page is there. */
  items: readonly T[] | null = null;
  /** Asks for what follows; `null` at the end. */
  next: string | null = null;
  loading = false;
  error: ApiError | null = null;

  readonly #host: LitElement;
  readonly #page: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;
  #request: AbortController | null = null;

  /** `page` asks for a page; a cursor of `null` is the beginning. */
  constructor(host: LitElement, page: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>) {
    this.#host = host;
    this.#page = page;
    host.addController(this);
  }

  /** Loads the list from its beginning; what stands stays until the answer is there. */
  load(): Promise<void> {
    return this.#load(null);
  }

  /** Loads the page that follows. */
  more(): Promise<void> {
    return this.#load(this.next);
  }

  /** Changes what is there, as it was changed on the server. */
  change(change: (items: readonly T[]) => readonly T[]): void {
    if (this.items !== null) this.items = change(this.items);
    this.#host.requestUpdate();
  }

  /** Forgets what is there, for what has nothing to do with it. */
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
