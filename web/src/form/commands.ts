/** The same test by hand: the commands that tell whether it is the registry or this page. No secret stands in them. */

import { parseReference, type ConnectionForm } from "bowline";

/** `docker login`, where an image is known `docker pull`, and `docker logout`; empty where the address is not known. */
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

/** The image with its host, unless it is named already. */
export function fullName(host: string, image: string): string {
  if (host === "docker.io") return image;
  try {
    const { domain } = parseReference(image);
    return domain === host ? image : `${host}/${image}`;
  } catch {
    return `${host}/${image}`;
  }
}

/** As a shell takes it for one word, whatever stands in it. */
function quoted(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
