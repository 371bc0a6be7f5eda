/** The webhook setup steps of a product, from the provider table, for one URL. */

import type { NotificationLine, Notifications } from "bowline";

/** The webhook URL and the authorization header, if the product can send one. */
export interface Announcement {
  readonly url: string;
  readonly authorization: string | null;
}

/** The steps and the snippet. */
export interface Instructions {
  readonly steps: readonly string[];
  readonly snippet?: string;
  readonly docs?: string;
}

/** The steps for this URL. */
export function instructionsOf({ steps, snippet, docsUrl }: Notifications, announcement: Announcement): Instructions {
  const lines = linesFor(snippet, announcement);
  return {
    steps: linesFor(steps, announcement),
    ...(lines.length === 0 ? {} : { snippet: lines.join("\n") }),
    ...(docsUrl === null ? {} : { docs: docsUrl }),
  };
}

/** The lines for this URL with the values filled in. */
function linesFor(lines: readonly NotificationLine[], { url, authorization }: Announcement): string[] {
  const other = authorization === null ? "authorization" : "no-authorization";
  const values: Readonly<Record<string, string>> = { url, authorization: authorization ?? "" };
  return lines.filter(({ when }) => when !== other).map(({ text }) => text.replace(/\{(url|authorization)\}/g, (_, name: string) => values[name] ?? ""));
}
