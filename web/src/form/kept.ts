import type { ConnectionForm } from "bowline";
import type { Connection } from "../api/types.js";

/** The form that a kept connection came from, without its secrets, which nobody has any more. */
export function formOf({ provider, auth, purpose, values, endpoint, name, description, image, trustedAuthHosts }: Connection): ConnectionForm {
  return { provider, auth, purpose, name, description, image, trustedAuthHosts: [...trustedAuthHosts], values: { url: endpoint, ...values } };
}
