/** A readable audit entry. */

import { css, html, nothing, type TemplateResult } from "lit";
import type { AuditEntry } from "../api/types.js";
import { fromNow, inFull } from "../formats.js";
import { text } from "../messages.js";

/** The action, its object, who did it, when, from where, and the previous values. */
export function entryOf({ action, at, subject, from, changes, requestId }: AuditEntry, what: TemplateResult | typeof nothing = nothing): TemplateResult {
  const { audit } = text();
  const fields = Object.entries(changes);
  return html`
    <p><span class="what">${audit.actions[action] ?? action}</span> ${what} <span class="quiet" title=${inFull(at)}>${fromNow(at, Date.now())}</span></p>
    <p class="small quiet">${audit.by(subject, from)} <span class="mono" title=${audit.request}>${requestId}</span></p>
    ${
      fields.length === 0
        ? nothing
        : html`<dl>${fields.map(
            ([field, change]) => html`<dt>${audit.fields[field] ?? field}</dt>
      <dd>${difference(change)}</dd>`,
          )}</dl>`
    }
  `;
}

/** The values before and after. Without a value before, only the value after. */
function difference(change: unknown): TemplateResult {
  const [before, after] = Array.isArray(change) ? (change as readonly unknown[]) : [null, change];
  const { nothing: none, to } = text().audit;
  const old = written(before);
  return html`${old === "" ? nothing : html`<del>${old}</del><span class="visually-hidden"> ${to} </span> `}<ins>${written(after) || none}</ins>`;
}

/** A readable value; empty for none. */
function written(value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export const entryStyles = css`
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
`;
