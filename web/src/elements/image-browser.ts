import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ConnectionsClient } from "../api/client.js";
import { isAbort, type ApiError } from "../api/problem.js";
import type { Connection, Listing } from "../api/types.js";
import { text } from "../messages.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";
import { Search } from "./list-parts.js";
import { OfConnection } from "./of-connection.js";

/**
 * What a connection can reach: its repositories with a search, and the tags of each.
 *
 * Properties: `client`, `connection`. Event: `bowline-signed-out`.
 */
@element("bowline-image-browser")
export class BowlineImageBrowser extends LitElement {
  @property({ attribute: false }) client: ConnectionsClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;

  @state() private repositories: Listing | null = null;
  @state() private loading = false;
  @state() private error: ApiError | null = null;
  @state() private open = "";
  @state() private tags: Listing | null = null;
  @state() private tagsError: ApiError | null = null;

  readonly #search = new Search(this, () => this.#load());
  #request: AbortController | null = null;
  #tagsRequest: AbortController | null = null;

  constructor() {
    super();
    new OfConnection(this, () => void this.#load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request?.abort();
    this.#tagsRequest?.abort();
  }

  protected override render(): TemplateResult {
    const { browse } = text();
    return html`
      ${this.#search.box("repository-search", browse.search, browse.search)}
      <p class="small quiet" role="status" data-testid="browse-status">${this.#status()}</p>
      ${this.error === null ? nothing : failure(this.error, () => this.#load())}
      ${
        this.repositories === null || this.repositories.items.length === 0
          ? nothing
          : html`<ul class="rows" aria-label=${browse.heading}
        aria-busy=${this.loading ? "true" : "false"}>
        ${this.repositories.items.map(({ name }) => this.#repository(name))}
      </ul>`
      }
    `;
  }

  #status(): string {
    const { browse } = text();
    if (this.loading) return browse.loading;
    if (this.error !== null || this.repositories === null) return "";
    const { items, complete } = this.repositories;
    if (items.length > 0) return browse.count(items.length, complete);
    return this.#search.term === "" ? browse.empty : browse.noMatch(this.#search.term);
  }

  #repository(name: string): TemplateResult {
    const open = this.open === name;
    return html`<li>
      <button type="button" class="name mono" aria-expanded=${open ? "true" : "false"} data-testid="repository" data-name=${name} @click=${() => this.#toggle(name)}>
        ${icon("chevron")}${name}
      </button>
      ${open ? this.#tags(name) : nothing}
    </li>`;
  }

  #tags(repository: string): TemplateResult {
    const { browse } = text();
    if (this.tagsError !== null) return failure(this.tagsError, () => this.#loadTags(repository));
    if (this.tags === null) return html`<p class="small quiet under" role="status">${browse.loadingTags}</p>`;
    const { complete } = this.tags;
    const items = sorted(this.tags.items);
    if (items.length === 0) return html`<p class="small quiet under">${browse.noTags}</p>`;
    return html`<div class="under">
      <p class="small quiet">${browse.tagCount(items.length, complete)}</p>
      <ul class="tags">${items.map((tag) => html`<li class="mono" data-testid="tag">${tag.name}</li>`)}</ul>
    </div>`;
  }

  async #load(): Promise<void> {
    const { client, connection } = this;
    this.#request?.abort();
    this.open = "";
    if (client === null || connection === null) return;
    const request = new AbortController();
    this.#request = request;
    this.loading = true;
    try {
      this.repositories = await client.repositories(connection.id, this.#search.term.trim(), request.signal);
      this.error = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = refusedIn(this, error);
    } finally {
      if (this.#request === request) this.loading = false;
    }
  }

  async #loadTags(repository: string): Promise<void> {
    const { client, connection } = this;
    this.#tagsRequest?.abort();
    if (client === null || connection === null) return;
    const request = new AbortController();
    this.#tagsRequest = request;
    this.tags = null;
    this.tagsError = null;
    try {
      this.tags = await client.tags(connection.id, repository, request.signal);
    } catch (error) {
      if (!isAbort(error)) this.tagsError = refusedIn(this, error);
    }
  }

  #toggle(name: string): void {
    this.open = this.open === name ? "" : name;
    if (this.open !== "") void this.#loadTags(name);
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
        min-width: 0;
      }
      .rows > li {
        content-visibility: auto;
        contain-intrinsic-size: auto 2.75rem;
      }
      .name {
        justify-content: flex-start;
        width: 100%;
        min-height: 2.75rem;
        border: 0;
        border-radius: 0;
        background: none;
        font-weight: 400;
        text-align: start;
        overflow-wrap: anywhere;
      }
      .name svg {
        width: 0.875rem;
        transition: rotate 0.12s;
      }
      .name:dir(rtl) svg {
        rotate: 180deg;
      }
      .name[aria-expanded="true"] svg {
        rotate: 90deg;
      }
      .name:focus-visible {
        outline-offset: -2px;
      }
      .under {
        display: grid;
        gap: 0.5rem;
        padding-block-end: 1rem;
        padding-inline: 2.5rem 1rem;
      }
      .tags {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        max-height: 18rem;
        overflow: auto;
      }
      .tags li {
        padding: 0.0625rem 0.625rem;
        border-radius: 99px;
        background: var(--sunken);
      }
    `,
  ];
}

/** As people count: `20`, `22`, `22-alpine`. */
function sorted(tags: Listing["items"]): Listing["items"] {
  return [...tags].sort((one, other) => ORDER.compare(one.name, other.name));
}

const ORDER = new Intl.Collator("en", { numeric: true });

declare global {
  interface HTMLElementTagNameMap {
    "bowline-image-browser": BowlineImageBrowser;
  }
}
