/** Parses pasted image names. */

import type { Image } from "bowline";

/** The label of an image: `team/app:1.4`. */
export function nameOf({ repository, tag }: Image): string {
  return tag ? `${repository}:${tag}` : repository;
}

/** Parses pasted images, separated by lines, white space, or commas. Ignores empty parts. */
export function imagesOf(pasted: string): Image[] {
  return pasted
    .split(/[\s,]+/u)
    .filter((name) => name !== "")
    .map(imageOf);
}

/** Parses one image. Drops its host, as policies do. The tag follows the first colon after the last slash. */
function imageOf(name: string): Image {
  const [withTag = ""] = name.split("@", 1);
  const path = withTag.slice(hostLength(withTag));
  const colon = path.indexOf(":", path.lastIndexOf("/") + 1);
  return colon < 0 ? { repository: path } : { repository: path.slice(0, colon), tag: path.slice(colon + 1) };
}

/** The length of a name's host with the slash: a first part with a dot or a port, or `localhost`. */
function hostLength(name: string): number {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  return /[.:]/.test(first) || first === "localhost" ? slash + 1 : 0;
}
