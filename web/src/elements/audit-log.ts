import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { AuditClient } from "../api/client.js";
import type { AuditEntry, Connection } from "../api/types.js";
import { fromNow, inFull } from "../formats.js";
import { text } from "../messages.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { failure } from "./failure.js";
import { blank, skeleton } from "./list-parts.js";
import { OfConnection } from "./of-connection.js";
import { PagedList } from "./paged-list.js";

const PAGE = 50;

/**
 * The activity of a connection: who changed what of it, and who got its credentials, the latest first.
 *
 * Properties: `client`, `connection`. Event: `bowline-signed-out`.
 */
@element("bowline-audit-log")
export class BowlineAuditLog extends LitElement {
  @property({ attribute: false }) client: AuditClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;

  readonly #list = new PagedList<AuditEntry>(this, async (cursor, signal) => {
    const { client, connection } = this;
    if (client === null || connection === null) return { items: [], next: null };
    return client.audit(connection.id, { cursor, limit: PAGE, signal });
  });

  constructor() {
    super();
    new OfConnection(this, () => {
      this.#list.clear();
      void this.#list.load();
    });
  }

  protected override render(): TemplateResult {
    const { audit } = text();
    const { items, next, error } = this.#list;
    const failed = error === null ? nothing : failure(error, () => this.#list.load());
    if (items === null) return html`${error === null ? skeleton(audit.loading) : failed}`;
    if (items.length === 0) return blank("no-audit", "file", audit.empty, audit.emptyDetail);
    return html`
      ${failed}
      <ul class="rows" aria-label=${audit.heading}>${items.map((entry) => html`<li data-testid="audit-entry" data-action=${entry.action}>${entryOf(entry)}</li>`)}</ul>
      ${next === null ? nothing : html`<button type="button" class="more" data-testid="more-button" @click=${() => this.#list.more()}>${audit.more}</button>`}
    `;
  }

  static override styles = [
    theme,
    controls,
    notices,
    lists,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
        container-type: inline-size;
      }
      li {
        display: grid;
        gap: 0.375rem;
        padding: 0.75rem 1rem;
        overflow-wrap: anywhere;
      }
      .what {
        font-weight: 600;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, auto) minmax(0, 1fr);
        gap: 0.25rem 1rem;
        font-size: 0.8125rem;
      }
      dt {
        color: var(--quiet);
      }
      del {
        color: var(--quiet);
      }
      ins {
        text-decoration: none;
      }
    `,
  ];
}

/** What was done, by whom, when and from where, and what was before. */
function entryOf({ action, at, subject, from, changes, requestId }: AuditEntry): TemplateResult {
  const { audit } = text();
  const fields = Object.entries(changes);
  return html`
    <p><span class="what">${audit.actions[action] ?? action}</span> <span class="quiet" title=${inFull(at)}>${fromNow(at, Date.now())}</span></p>
    <p class="small quiet">${audit.by(subject, from)} <span class="mono" title=${audit.request}>${requestId}</span></p>
    ${fields.length === 0 ? nothing : html`<dl>${fields.map(([field, change]) => html`<dt>${audit.fields[field] ?? field}</dt>
      <dd>${difference(change)}</dd>`)}</dl>`}
  `;
}

/** Before and after. What there was nothing of before stands alone. */
function difference(change: unknown): TemplateResult {
  const [before, after] = Array.isArray(change) ? (change as readonly unknown[]) : [null, change];
  const { nothing: none, to } = text().audit;
  const old = written(before);
  return html`${old === "" ? nothing : html`<del>${old}</del><span class="visually-hidden"> ${to} </span> `}<ins>${written(after) || none}</ins>`;
}

/** A value as people read it; empty for nothing. */
function written(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-audit-log": BowlineAuditLog;
  }
}
