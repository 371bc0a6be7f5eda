import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isAbort, type ApiError } from "../api/problem.js";
import type { PullingClient, Sync, SyncStatus } from "../api/pulling.js";
import { refusedIn } from "../elements/failure.js";

/** The interface to the element that shows the sync. */
export type SyncHost = Pick<ReactiveControllerHost & EventTarget, "addController" | "requestUpdate" | "dispatchEvent">;

/** The interval of progress requests, in milliseconds. */
const LOOK_MS = 1000;

/**
 * Follows the syncs of one connection: the last, the next, and a running one. The page that starts a sync keeps
 * requesting the server to continue it, because each request works only for a few seconds. In the meantime, and if
 * another caller drives the sync, it requests the progress every second.
 */
export class SyncRun implements ReactiveController {
  status: SyncStatus | null = null;
  error: ApiError | null = null;
  /** Whether this page drives the sync. */
  driving = false;

  readonly #host: SyncHost;
  readonly #ended: (sync: Sync) => void;
  readonly #pause: (signal: AbortSignal) => Promise<void>;
  #abort = new AbortController();

  /** `ended` is called when a followed sync ends. `pause` is the interval of progress requests. */
  constructor(host: SyncHost, ended: (sync: Sync) => void, pause = pauseOf(LOOK_MS)) {
    this.#host = host;
    this.#ended = ended;
    this.#pause = pause;
    host.addController(this);
  }

  /** The running sync, if known. */
  get running(): Sync | null {
    return this.status?.running ?? null;
  }

  /** Loads the state, and follows a running sync until it ends. */
  async follow(client: PullingClient, id: string): Promise<void> {
    await this.#work(async (signal) => {
      for (;;) {
        const before = this.running;
        const status = await client.syncStatus(id, signal);
        signal.throwIfAborted();
        this.#show(status);
        if (status.running === null) {
          if (before !== null && status.last !== null) this.#ended(status.last);
          return;
        }
        await this.#pause(signal);
      }
    });
  }

  /** Starts or continues a sync until it ends. */
  async start(client: PullingClient, id: string): Promise<void> {
    await this.#work(async (signal) => {
      this.driving = true;
      const looking = new AbortController();
      void this.#look(client, id, AbortSignal.any([signal, looking.signal]));
      try {
        for (;;) {
          const sync = await client.sync(id, signal);
          signal.throwIfAborted();
          const { last, next } = this.status ?? { last: null, next: null };
          if (sync.state !== "running") {
            looking.abort();
            this.#show({ running: null, last: sync, next });
            this.#ended(sync);
            return;
          }
          this.#show({ running: sync, last, next });
          // If another instance holds the sync, the response comes at once.
          await this.#pause(signal);
        }
      } finally {
        looking.abort();
      }
    });
  }

  /** Stops following. The server continues the sync with its scheduled work. */
  stop(): void {
    this.#abort.abort();
    this.driving = false;
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** Requests the progress while another request works. */
  async #look(client: PullingClient, id: string, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#pause(signal);
        const status = await client.syncStatus(id, signal);
        signal.throwIfAborted();
        if (status.running !== null) this.#show(status);
      }
    } catch {
      // The working request reports errors.
    }
  }

  /** Runs one task at a time and abandons the previous one. */
  async #work(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.error = null;
    this.#host.requestUpdate();
    try {
      await work(abort.signal);
    } catch (error) {
      if (!isAbort(error) && this.#abort === abort) this.error = refusedIn(this.#host, error);
    } finally {
      if (this.#abort === abort) this.driving = false;
      this.#host.requestUpdate();
    }
  }

  #show(status: SyncStatus): void {
    this.status = status;
    this.#host.requestUpdate();
  }
}

function pauseOf(milliseconds: number): (signal: AbortSignal) => Promise<void> {
  return (signal) =>
    new Promise((done, refuse) => {
      signal.throwIfAborted();
      const timer = setTimeout(done, milliseconds);
      const stop = (): void => {
        clearTimeout(timer);
        refuse(signal.reason);
      };
      signal.addEventListener("abort", stop, { once: true });
    });
}
