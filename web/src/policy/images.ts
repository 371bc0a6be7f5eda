/** Images by their names, as somebody pastes them. */

import type { Image } from "bowline";

/** An image as it is shown: `team/app:1.4`. */
export function nameOf({ repository, tag }: Image): string {
  return tag ? `${repository}:${tag}` : repository;
}

/** The images of pasted text: one a line, or apart by white space or commas. Empty parts are left out. */
export function imagesOf(pasted: string): Image[] {
  return pasted
    .split(/[\s,]+/u)
    .filter((name) => name !== "")
    .map(imageOf);
}

/** One image. Its host is left out, as policies do; where the tag begins is said in design.md section 4. */
function imageOf(name: string): Image {
  const [withTag = ""] = name.split("@", 1);
  const path = withTag.slice(hostLength(withTag));
  const colon = path.indexOf(":", path.lastIndexOf("/") + 1);
  return colon < 0 ? { repository: path } : { repository: path.slice(0, colon), tag: path.slice(colon + 1) };
}

/** How much of a name is its host with the slash: a first part with a dot or a port, or `localhost`. */
function hostLength(name: string): number {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  return /[.:]/.test(first) || first === "localhost" ? slash + 1 : 0;
}
