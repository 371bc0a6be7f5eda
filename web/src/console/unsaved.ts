/**
 * Unsaved input, which is restored when the user comes back. It can contain secrets, so it is in memory only, until it
 * is saved or another user signs in.
 */

import type { ConnectionForm, Policy } from "bowline";

/** Unsaved pull rules. */
export interface UnsavedPolicy {
  readonly policy: Policy | null;
  /** The rules that they started from. */
  readonly from: Policy | null;
}

export class Unsaved {
  readonly #forms = new Map<string, ConnectionForm>();
  readonly #policies = new Map<string, UnsavedPolicy>();

  /** Whether there is unsaved input. */
  get any(): boolean {
    return this.#forms.size + this.#policies.size > 0;
  }

  /** The form of a route; `null` without input. */
  form(place: string): ConnectionForm | null {
    return this.#forms.get(place) ?? null;
  }

  keepForm(place: string, form: ConnectionForm | null): void {
    if (form === null) this.#forms.delete(place);
    else this.#forms.set(place, form);
  }

  /** The rules of a connection, by its id. */
  policy(id: string): UnsavedPolicy | null {
    return this.#policies.get(id) ?? null;
  }

  keepPolicy(id: string, unsaved: UnsavedPolicy | null): void {
    if (unsaved === null) this.#policies.delete(id);
    else this.#policies.set(id, unsaved);
  }
}
