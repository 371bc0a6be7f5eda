import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Connection } from "../api/types.js";

/** The base of elements about one connection. */
export interface ConnectionElement extends ReactiveControllerHost {
  readonly client: unknown;
  readonly connection: Connection | null;
}

/** Starts over if the element gets another connection, but not if the same one has changed. */
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
