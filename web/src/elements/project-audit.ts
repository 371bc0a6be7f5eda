import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ProjectClient } from "../api/client.js";
import { isAbort, type ApiError } from "../api/problem.js";
import type { ProjectAuditEntry } from "../api/types.js";
import { text } from "../messages.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { entryOf, entryStyles } from "./audit-entry.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";
import { blank, skeleton } from "./list-parts.js";

/** The API's largest page. */
const PAGE = 200;

/** The number of visible entries. The export has all. */
const SHOWN = 500;

/**
 * The activity of a project over all its connections, the latest first, and its export.
 *
 * Properties: `client`, `project` (names the exported file), `place` (the address of a connection's place, by its id).
 * Event: `bowline-signed-out`.
 */
@element("bowline-project-audit")
export class BowlineProjectAudit extends LitElement {
  @property({ attribute: false }) client: Pick<ProjectClient, "projectAudit"> | null = null;
  @property() project = "";
  @property({ attribute: false }) place: ((id: string) => string) | null = null;

  /** The latest first. */
  @state() private items: readonly ProjectAuditEntry[] | null = null;
  /** Whether there are older entries. */
  @state() private older = false;
  @state() private error: ApiError | null = null;
  @state() private exporting = false;

  #request = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client")) void this.#load();
  }

  protected override render(): TemplateResult {
    const { audit } = text();
    const { items, error } = this;
    const failed = error === null ? nothing : failure(error, items === null ? () => this.#load() : undefined);
    if (items === null) return html`${error === null ? skeleton(audit.loading) : failed}`;
    if (items.length === 0) return blank("no-audit", "file", audit.empty, audit.projectEmptyDetail);
    return html`
      ${failed}
      <div class="bar">
        <p class="quiet small">${this.older ? audit.onlyLatest(items.length) : nothing}</p>
        <button type="button" data-testid="export-button" aria-disabled=${this.exporting ? "true" : "false"} @click=${this.#export}>
          ${icon("file")}${either([audit.export, audit.exporting], this.exporting ? 1 : 0)}
        </button>
      </div>
      <ul class="rows" aria-label=${audit.heading}>${items.map(
        (entry) => html`<li data-testid="audit-entry" data-action=${entry.action}>
        ${entryOf(entry, this.#connection(entry))}
      </li>`,
      )}</ul>
    `;
  }

  #connection({ connection }: ProjectAuditEntry): TemplateResult | typeof nothing {
    if (!connection) return nothing;
    const short = html`<span class="mono">${connection}</span>`;
    return this.place === null ? short : html`<a href=${this.place(connection)}>${short}</a>`;
  }

  async #load(): Promise<void> {
    this.error = null;
    try {
      let items: readonly ProjectAuditEntry[] = [];
      let all = 0;
      for await (const page of this.#pages()) {
        items = [...items, ...page.items].slice(-SHOWN);
        all += page.items.length;
      }
      this.items = [...items].reverse();
      this.older = all > items.length;
    } catch (error) {
      if (!isAbort(error)) this.error = refusedIn(this, error);
    }
  }

  async #export(): Promise<void> {
    if (this.exporting) return;
    this.exporting = true;
    this.error = null;
    try {
      const items: ProjectAuditEntry[] = [];
      let head: unknown = null;
      for await (const page of this.#pages()) {
        items.push(...page.items);
        head = page.head ?? head;
      }
      save(`audit-${this.project}.json`, JSON.stringify({ project: this.project, head, items }, null, 2));
    } catch (error) {
      if (!isAbort(error)) this.error = refusedIn(this, error);
    } finally {
      this.exporting = false;
    }
  }

  /** The whole audit, from its first entry. */
  async *#pages(): AsyncGenerator<Awaited<ReturnType<ProjectClient["projectAudit"]>>, void, void> {
    const { client } = this;
    if (client === null) return;
    this.#request.abort();
    const { signal } = (this.#request = new AbortController());
    let cursor: string | null = null;
    for (;;) {
      const page = await client.projectAudit({ cursor, limit: PAGE, signal });
      yield page;
      if (page.items.length < PAGE || page.next === null) return;
      cursor = page.next;
    }
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
      .bar {
        justify-content: space-between;
      }
    `,
    entryStyles,
  ];
}

/** Saves a file in the browser. */
function save(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-project-audit": BowlineProjectAudit;
  }
}
