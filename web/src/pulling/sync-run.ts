import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isAbort, type ApiError } from "../api/problem.js";
import type { PullingClient, Sync, SyncStatus } from "../api/pulling.js";
import { refusedIn } from "../elements/failure.js";

/** What a run needs of the element that shows it. */
export type SyncHost = Pick<ReactiveControllerHost & EventTarget, "addController" | "requestUpdate" | "dispatchEvent">;

/** How often the progress of a sync is asked for. */
const LOOK_MS = 1000;

/**
 * Follows the syncs of one connection: the last, the next, and one that runs. Whoever starts one keeps asking the
 * server to go on with it, as each request works for some seconds only; meanwhile, and when somebody else drives it,
 * its progress is looked at every second.
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

  /** `ended` hears of a sync that ends while it is followed; `pause` passes between two looks. */
  constructor(host: SyncHost, ended: (sync: Sync) => void, pause = pauseOf(LOOK_MS)) {
    this.#host = host;
    this.#ended = ended;
    this.#pause = pause;
    host.addController(this);
  }

  /** The sync that runs, as far as is known. */
  get running(): Sync | null {
    return this.status?.running ?? null;
  }

  /** Asks how things stand, and follows a sync that runs until it ends. */
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

  /** Starts a sync, or goes on with one that has not ended, until it ends. */
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
          // Where another instance holds it, the answer came at once.
          await this.#pause(signal);
        }
      } finally {
        looking.abort();
      }
    });
  }

  /** Stops following. What was begun goes on at the server's next tick. */
  stop(): void {
    this.#abort.abort();
    this.driving = false;
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** Looks at the progress while a request works. */
  async #look(client: PullingClient, id: string, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#pause(signal);
        const status = await client.syncStatus(id, signal);
        signal.throwIfAborted();
        if (status.running !== null) this.#show(status);
      }
    } catch {
      // The request that works says what is wrong.
    }
  }

  /** One piece of work at a time; the one before is given up. */
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
