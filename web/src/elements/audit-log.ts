import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { AuditClient } from "../api/client.js";
import type { AuditEntry, Connection } from "../api/types.js";
import { text } from "../messages.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { entryOf, entryStyles } from "./audit-entry.js";
import { element } from "./element.js";
import { failure } from "./failure.js";
import { blank, skeleton } from "./list-parts.js";
import { OfConnection } from "./of-connection.js";
import { PagedList } from "./paged-list.js";

const PAGE = 50;

/**
 * A connection's activity: who changed what, and who got its credentials. Newest first.
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
    `,
    entryStyles,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-audit-log": BowlineAuditLog;
  }
}
