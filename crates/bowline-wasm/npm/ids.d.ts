/** The ids of the provider table. `cargo xtask build` generates this file of the package from the table. */

/** A registry type. */
export type ProviderId = string;

/** The auth methods of each registry type. */
export interface AuthIds {
  [provider: string]: string;
}
