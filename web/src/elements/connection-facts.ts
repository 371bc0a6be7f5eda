/** A connection's state and details. */

import type { Provider } from "bowline";
import { html, nothing, type TemplateResult } from "lit";
import type { Connection, LastCheck, Use } from "../api/types.js";
import { fromNow, inFull, isNear } from "../formats.js";
import { text } from "../messages.js";

/** The number of days before expiry at which to show a warning. */
export const NEAR_DAYS = 14;

export const HEALTHS = ["good", "partial", "bad", "unknown"] as const;

export type Health = (typeof HEALTHS)[number];

/** A connection's state from its last check. */
export function healthOf(last: LastCheck | null): Health {
  if (last === null) return "unknown";
  if (!last.ok) return "bad";
  return last.proved === "login" || last.proved === "pull" ? "good" : "partial";
}

/** The result of the last check, and credentials that expire soon. */
export function stateOf(connection: Connection): TemplateResult {
  const { list } = text();
  const { lastCheck: last, expiresAt } = connection;
  const now = Date.now();
  const health = healthOf(last);
  const when = fromNow(expiresAt ?? "", now);
  const expired = isNear(expiresAt ?? "", now, 0);
  return html`
    <p class=${health} data-testid="connection-state" data-state=${health}>
      ${list.healths[health]}${last === null ? nothing : html`<span class="quiet" title=${inFull(last.at)}> · ${fromNow(last.at, now)}</span>`}
    </p>
    ${isNear(expiresAt ?? "", now, NEAR_DAYS) ? html`<p class=${expired ? "bad" : "warn"}>${(expired ? list.expired : list.expires)(when)}</p>` : nothing}
  `;
}

/** The stored details that the row does not show; of secrets, only the names. */
export function connectionFacts(connection: Connection, provider: Provider | undefined): TemplateResult {
  const { facts } = text().list;
  const auth = provider?.auth.find((method) => method.id === connection.auth);
  const label = (name: string): string => auth?.fields.find((field) => field.name === name)?.label ?? name;
  const values = Object.entries(connection.values).filter(([name]) => name !== "url");
  const rows: [string, string][] = [
    [facts.description, connection.description],
    [facts.auth, auth?.title ?? connection.auth],
    ...values.map(([name, value]): [string, string] => [label(name), value]),
    [facts.kept, connection.secrets.map(label).join(", ")],
    [facts.purpose, text().form.purposes[connection.purpose]],
    [facts.image, connection.image],
    [facts.trusted, connection.trustedAuthHosts.join(", ")],
    [facts.uses, connection.uses.map(nameOfUse).join(", ")],
    [facts.lastUsed, connection.lastUsedAt === null ? "" : inFull(connection.lastUsedAt)],
    [facts.created, inFull(connection.createdAt)],
    [facts.credentials, connection.credentialsChangedAt === connection.createdAt ? "" : inFull(connection.credentialsChangedAt)],
    [facts.id, connection.id],
  ];
  return html`<dl>
    ${rows
      .filter(([, value]) => value !== "")
      .map(
        ([name, value]) => html`<dt>${name}</dt>
      <dd>${value}</dd>`,
      )}
  </dl>`;
}

/** Who uses a connection, and until when. */
export function nameOfUse({ consumer, title, until }: Use): string {
  const name = title || consumer;
  return until ? `${name} (${text().list.until(inFull(until))})` : name;
}
