import type { ConnectionForm } from "bowline";
import type { Connection } from "../api/types.js";

/** The form of a stored connection, without its secrets. */
export function formOf({ provider, auth, purpose, values, endpoint, name, description, image, trustedAuthHosts }: Connection): ConnectionForm {
  return { provider, auth, purpose, name, description, image, trustedAuthHosts: [...trustedAuthHosts], values: { url: endpoint, ...values } };
}
