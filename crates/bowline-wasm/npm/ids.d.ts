/** The ids of the provider table. `cargo xtask build` writes this file of the package from the table. */

/** A registry type. */
export type ProviderId = string;

/** The ways to sign in of each registry type. */
export interface AuthIds {
  [provider: string]: string;
}
