import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Connection } from "../api/types.js";

/** An element about one connection, with whom it asks. */
export interface ConnectionElement extends ReactiveControllerHost {
  readonly client: unknown;
  readonly connection: Connection | null;
}

/** Begins anew when an element is about another connection than before, not when this one has changed. */
export class OfConnection implements ReactiveController {
  readonly #host: ConnectionElement;
  readonly #begin: () => void;
  #of: string | undefined;

  constructor(host: ConnectionElement, begin: () => void) {
    this.#host = host;
    this.#begin = begin;
    host.addController(this);
  }

  hostUpdate(): void {
    const { client, connection } = this.#host;
    if (client === null || connection === null || connection.id === this.#of) return;
    this.#of = connection.id;
    this.#begin();
  }
}
