/** The commands of the manual test, which show whether the registry or this page is the cause. They contain no secret. */

import { parseReference, type ConnectionForm } from "bowline";

/** `docker login`, `docker pull` if there is an image, and `docker logout`; empty without an address. */
export function dockerCommands(endpoint: string | null, form: ConnectionForm, image: string | null | undefined): readonly string[] {
  const address = endpoint?.replace(/^https?:\/\//, "") ?? "";
  const [host = ""] = address.split("/", 1);
  if (host === "") return [];
  const hub = host === "docker.io";
  const username = form.values?.["username"];
  const at = hub ? [] : [host];
  const login = ["docker login", ...at, ...(username ? ["-u", quoted(String(username))] : [])].join(" ");
  const pulled = image || form.image;
  return [login, ...(pulled ? [`docker pull ${quoted(fullName(host, pulled))}`] : []), ["docker logout", ...at].join(" ")];
}

/** The image with its host. */
export function fullName(host: string, image: string): string {
  if (host === "docker.io") return image;
  try {
    const { domain } = parseReference(image);
    return domain === host ? image : `${host}/${image}`;
  } catch {
    return `${host}/${image}`;
  }
}

/** Quotes a text as one shell word. */
function quoted(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
