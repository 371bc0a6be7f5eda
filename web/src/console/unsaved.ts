/**
 * What was typed in a place and not saved. It is there again when somebody comes back. It may hold secrets, so it is in
 * memory only, until it is saved or somebody else signs in.
 */

import type { ConnectionForm, Policy } from "bowline";

/** Pull rules that are not saved. */
export interface UnsavedPolicy {
  readonly policy: Policy | null;
  /** The rules that they were made from. */
  readonly from: Policy | null;
}

export class Unsaved {
  readonly #forms = new Map<string, ConnectionForm>();
  readonly #policies = new Map<string, UnsavedPolicy>();

  /** Whether leaving the page would lose something. */
  get any(): boolean {
    return this.#forms.size + this.#policies.size > 0;
  }

  /** The form of a place; `null` where nothing was typed. */
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
