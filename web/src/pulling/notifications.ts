/** What to do at a registry product so that it notifies of its pushes: the provider table's lines, for one address. */

import type { NotificationLine, Notifications } from "bowline";

/** Where a registry sends its notifications, and with which header where it can send one. */
export interface Announcement {
  readonly url: string;
  readonly authorization: string | null;
}

/** What to do, step by step, and what to paste as a whole. */
export interface Instructions {
  readonly steps: readonly string[];
  readonly snippet?: string;
  readonly docs?: string;
}

/** What to do for this address. */
export function instructionsOf({ steps, snippet, docsUrl }: Notifications, announcement: Announcement): Instructions {
  const lines = linesFor(snippet, announcement);
  return {
    steps: linesFor(steps, announcement),
    ...(lines.length === 0 ? {} : { snippet: lines.join("\n") }),
    ...(docsUrl === null ? {} : { docs: docsUrl }),
  };
}

/** The lines that belong to this address, with its values in place. */
function linesFor(lines: readonly NotificationLine[], { url, authorization }: Announcement): string[] {
  const other = authorization === null ? "authorization" : "no-authorization";
  const values: Readonly<Record<string, string>> = { url, authorization: authorization ?? "" };
  return lines
    .filter(({ when }) => when !== other)
    .map(({ text }) => text.replace(/\{(url|authorization)\}/g, (_, name: string) => values[name] ?? ""));
}
