import { providers, ready, type Provider } from "bowline";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { ConnectionsClient } from "../api/client.js";
import { asApiError, isAbort, type ApiError } from "../api/problem.js";
import type { Connection } from "../api/types.js";
import { text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./connection-row.js";
import { nameOfUse, type Permissions, type RowDetail } from "./connection-row.js";
import { icon } from "./icons.js";

/** `bowline-select`: which connection stands open, or none. */
export interface SelectDetail {
  readonly id: string | null;
}

/** How long somebody pauses before what they typed is searched for. */
const PAUSE_MS = 200;
const PAGE = 50;

/**
 * A project's connections: search, the last check of each, details, renaming, checking, removing.
 *
 * Properties: `client`, `may` (what to offer), `selected` (the id of the connection that stands open). Events:
 * `bowline-add`, `bowline-select` with {@link SelectDetail}, `bowline-signed-out`.
 */
@customElement("bowline-connection-list")
export class BowlineConnectionList extends LitElement {
  @property({ attribute: false }) client: ConnectionsClient | null = null;
  @property({ attribute: false }) may: Permissions = { write: true, delete: true };
  @property() selected = "";

  @state() private items: readonly Connection[] | null = null;
  @state() private next: string | null = null;
  @state() private search = "";
  /** The type to show, or all of them. */
  @state() private provider = "";
  @state() private loading = false;
  @state() private error: ApiError | null = null;
  @state() private removing: Connection | null = null;
  @state() private removeError: ApiError | null = null;
  /** What was done, for screen readers. */
  @state() private said = "";
  @state() private known: readonly Provider[] = [];

  #request: AbortController | null = null;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** Loads the list anew. */
  async reload(): Promise<void> {
    await this.#load(null);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Titles come with the module; the list does not wait for them.
    ready().then(() => (this.known = providers()), () => undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
    this.#request?.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client") && this.client !== null) void this.#load(null);
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (this.removing !== null && dialog?.open === false) dialog.showModal();
    if (this.removing === null && dialog?.open) dialog.close();
  }

  protected override render(): TemplateResult {
    return html`
      <p class="visually-hidden" role="status">${this.said}</p>
      ${this.#bar()} ${this.#content()} ${this.#dialog()}
    `;
  }

  async #load(cursor: string | null): Promise<void> {
    if (this.client === null) return;
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.loading = true;
    try {
      const page = await this.client.list({
        search: this.search.trim(),
        provider: this.provider,
        limit: PAGE,
        signal: request.signal,
        ...(cursor === null ? {} : { cursor }),
      });
      this.items = cursor === null ? page.items : [...(this.items ?? []), ...page.items];
      this.next = page.next;
      this.error = null;
      if (this.search !== "") this.said = text().list.count(this.items.length, this.next === null);
    } catch (error) {
      if (isAbort(error)) return;
      this.error = asApiError(error);
      this.#signedOut(this.error);
    } finally {
      if (this.#request === request) this.loading = false;
    }
  }

  #searched(event: Event): void {
    if (!(event.currentTarget instanceof HTMLInputElement)) return;
    this.search = event.currentTarget.value;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#load(null), PAUSE_MS);
  }

  #filtered(event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return;
    this.provider = event.currentTarget.value;
    void this.#load(null);
  }

  async #clearSearch(): Promise<void> {
    this.search = "";
    this.provider = "";
    await this.#load(null);
    this.renderRoot.querySelector<HTMLElement>("#search")?.focus();
  }

  #replace({ connection }: RowDetail): void {
    this.items = this.items?.map((item) => (item.id === connection.id ? connection : item)) ?? null;
  }

  #renamed({ detail }: CustomEvent<RowDetail>): void {
    this.#replace(detail);
    this.said = text().list.renamed(detail.connection.name);
  }

  #toggled({ detail }: CustomEvent<RowDetail>): void {
    const id = this.selected === detail.connection.id ? null : detail.connection.id;
    this.selected = id ?? "";
    const select: SelectDetail = { id };
    this.dispatchEvent(new CustomEvent("bowline-select", { detail: select, bubbles: true, composed: true }));
  }

  #refused({ detail: error }: CustomEvent<ApiError>): void {
    if (!this.#signedOut(error)) void this.#load(null);
  }

  /** Removes what the dialog asks about; when it is in use, only once somebody was told by whom. */
  async #remove(): Promise<void> {
    const { client, removing, items } = this;
    if (client === null || removing === null) return;
    this.removeError = null;
    try {
      await client.remove(removing.id, { force: this.#inUse });
    } catch (error) {
      const refusal = asApiError(error);
      // It is gone already: that is what was asked for.
      if (refusal.status !== 404) {
        this.removeError = refusal;
        this.#signedOut(refusal);
        return;
      }
    }
    const index = items?.findIndex((item) => item.id === removing.id) ?? -1;
    const rest = items?.filter((item) => item.id !== removing.id) ?? [];
    this.items = rest;
    this.removing = null;
    this.said = text().list.removed(removing.name);
    await this.updateComplete;
    // The focus goes to what took its place.
    const neighbour = rest[Math.min(index, rest.length - 1)];
    const row = [...this.renderRoot.querySelectorAll("bowline-connection-row")].find((one) => one.connection?.id === neighbour?.id);
    if (row !== undefined) row.focusName();
    else this.renderRoot.querySelector<HTMLElement>("[data-testid=add-button]")?.focus();
  }

  get #inUse(): boolean {
    return this.removing !== null && (this.removing.uses.length > 0 || this.removeError?.code === "connection.in_use");
  }

  #signedOut(error: ApiError): boolean {
    if (error.signedOut) this.dispatchEvent(new CustomEvent("bowline-signed-out", { bubbles: true, composed: true }));
    return error.signedOut;
  }

  #add(): void {
    this.dispatchEvent(new CustomEvent("bowline-add", { bubbles: true, composed: true }));
  }

  // --- drawing

  #bar(): TemplateResult | typeof nothing {
    const { list } = text();
    const empty = this.search === "" && this.provider === "" && (this.items?.length === 0 || (this.items === null && this.error !== null));
    if (empty) return nothing;
    return html`<div class="bar">
      <div class="search">
        ${icon("search")}
        <label for="search" class="visually-hidden">${list.search}</label>
        <input id="search" type="search" name="search" data-testid="search-input" autocomplete="off" spellcheck="false"
          placeholder=${list.searchPlaceholder} .value=${this.search} @input=${this.#searched} />
      </div>
      <label class="visually-hidden" for="provider">${list.filter}</label>
      <select id="provider" data-testid="provider-filter" @change=${this.#filtered}>
        <option value="">${list.everyType}</option>
        ${this.known.map(({ id, title }) => html`<option value=${id} .selected=${id === this.provider}>${title}</option>`)}
      </select>
      ${this.may.write ? this.#addButton() : nothing}
    </div>`;
  }

  #addButton(): TemplateResult {
    return html`<button type="button" class="primary" data-testid="add-button" @click=${this.#add}>${icon("plus")}${text().list.add}</button>`;
  }

  #content(): TemplateResult {
    const { list } = text();
    if (this.error !== null && (this.items === null || this.error.forbidden)) return this.#failure(this.error);
    if (this.items === null) return skeleton();
    if (this.items.length === 0) return this.search === "" && this.provider === "" ? this.#empty() : this.#noMatch();
    return html`
      ${this.error === null ? nothing : this.#failure(this.error)}
      <ul aria-label=${list.heading} aria-busy=${this.loading ? "true" : "false"}
        @bowline-renamed=${this.#renamed}
        @bowline-checked=${(event: CustomEvent<RowDetail>) => this.#replace(event.detail)}
        @bowline-toggle=${this.#toggled}
        @bowline-refused=${this.#refused}
        @bowline-remove=${({ detail }: CustomEvent<RowDetail>) => {
          this.removeError = null;
          this.removing = detail.connection;
        }}>
        ${repeat(this.items, (item) => item.id, (item) => html`<li>
          <bowline-connection-row data-testid="connection-row" data-id=${item.id} data-name=${item.name} .connection=${item}
            .provider=${this.known.find((provider) => provider.id === item.provider)} .client=${this.client} .may=${this.may}
            ?open=${item.id === this.selected}></bowline-connection-row>
        </li>`)}
      </ul>
      ${this.next === null ? nothing : html`<button type="button" class="more" data-testid="more-button"
        @click=${() => this.#load(this.next)}>${list.more}</button>`}
    `;
  }

  #empty(): TemplateResult {
    const { list } = text();
    return html`<div class="blank" data-testid="empty">
      <span class="badge">${icon("box")}</span>
      <h2>${list.empty}</h2>
      <p class="quiet">${list.emptyDetail}</p>
      ${this.may.write ? this.#addButton() : nothing}
    </div>`;
  }

  #noMatch(): TemplateResult {
    const { list } = text();
    return html`<div class="blank" data-testid="no-match">
      <span class="badge">${icon("search")}</span>
      <h2>${list.noMatch(this.search)}</h2>
      <p class="quiet">${list.noMatchDetail}</p>
      <button type="button" @click=${this.#clearSearch}>${list.clearSearch}</button>
    </div>`;
  }

  #failure(error: ApiError): TemplateResult {
    const { list, errors } = text();
    if (error.forbidden) {
      return html`<div class="blank" role="alert" data-testid="forbidden">
        <span class="badge">${icon("lock")}</span>
        <h2>${list.forbidden}</h2>
        <p class="quiet">${list.forbiddenDetail}</p>
      </div>`;
    }
    const why = [error.message, error.detail].filter((part) => part !== "").join(". ");
    return html`<div class="notice bad" role="alert" data-testid="problem" data-code=${error.code}>
      ${icon("alert")}
      <div>
        <strong>${list.failed}</strong>
        <p>${why}</p>
        ${error.requestId ? html`<p class="small quiet">${errors.requestId(error.requestId)}</p>` : nothing}
        <button type="button" @click=${this.reload}>${list.retry}</button>
      </div>
    </div>`;
  }

  #dialog(): TemplateResult {
    const { list } = text();
    const { removing } = this;
    return html`<dialog aria-labelledby="confirm-title" aria-describedby="confirm-detail" @close=${() => (this.removing = null)}>
      ${removing === null ? nothing : html`
        <h2 id="confirm-title">${list.confirmTitle(removing.name)}</h2>
        <p id="confirm-detail">${list.confirmDetail(removing.endpoint)}</p>
        ${removing.uses.length === 0 ? nothing : html`<div class="notice warn" data-testid="uses">
          ${icon("warning")}
          <div><strong>${list.inUse}</strong><ul>${removing.uses.map((use) => html`<li>${nameOfUse(use)}</li>`)}</ul></div>
        </div>`}
        <div role="alert">
          ${this.removeError === null ? nothing : html`<div class="notice bad" data-testid="problem" data-code=${this.removeError.code}>
            ${icon("alert")}
            <div><strong>${this.removeError.message}</strong>${this.removeError.detail ? html`<p>${this.removeError.detail}</p>` : nothing}</div>
          </div>`}
        </div>
        <div class="buttons">
          <button type="button" autofocus @click=${() => (this.removing = null)}>${list.keep}</button>
          <button type="button" class="danger" data-testid="confirm-remove-button" @click=${this.#remove}>${this.#inUse ? list.removeAnyway : list.confirm}</button>
        </div>
      `}
    </dialog>`;
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      :host {
        display: grid;
        gap: 1rem;
        container-type: inline-size;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 0.625rem;
        justify-content: space-between;
      }
      .search {
        position: relative;
        flex: 1 1 14rem;
        max-width: 24rem;
      }
      .search svg {
        position: absolute;
        inset-block-start: 0.75rem;
        inset-inline-start: 0.75rem;
        color: var(--quiet);
        pointer-events: none;
      }
      .search input {
        padding-inline-start: 2.25rem;
      }
      .bar select {
        flex: 0 1 13rem;
        width: auto;
        margin-inline-end: auto;
      }
      .bar button {
        flex: 0 1 auto;
        min-height: 2.5rem;
      }
      @container (max-width: 28rem) {
        .bar > :is(.search, select, button) {
          flex: 1 1 100%;
          max-width: none;
        }
      }
      ul,
      .skeleton {
        overflow: clip;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 4px);
        background: var(--surface);
      }
      ul[aria-busy] > li + li {
        border-block-start: 1px solid var(--line);
      }
      .more {
        justify-self: center;
      }
      .blank {
        display: grid;
        justify-items: center;
        gap: 0.5rem;
        padding: 3.5rem 1.25rem;
        border: 1px dashed var(--line);
        border-radius: calc(var(--radius) + 4px);
        text-align: center;
      }
      .blank h2 {
        font-size: 1.125rem;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .blank p {
        max-width: 26rem;
        text-wrap: balance;
      }
      .blank button {
        margin-block-start: 0.75rem;
      }
      .badge {
        display: grid;
        place-items: center;
        width: 3rem;
        height: 3rem;
        margin-block-end: 0.25rem;
        border-radius: 50%;
        background: var(--sunken);
        color: var(--quiet);
      }
      .badge svg {
        width: 1.375rem;
        height: 1.375rem;
      }
      .notice button {
        margin-block-start: 0.5rem;
      }
      .skeleton span {
        display: block;
        width: 38%;
        height: 0.75rem;
        margin: 1.0625rem 1.25rem;
        border-radius: 99px;
        background: var(--line);
        animation: breathe 1.6s ease-in-out infinite;
      }
      .skeleton span:nth-child(even) {
        width: 56%;
      }
      dialog {
        width: min(27rem, calc(100vw - 2rem));
        padding: 1.5rem;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 6px);
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 1.5rem 4rem rgb(0 0 0 / 0.25);
      }
      dialog::backdrop {
        background: rgb(10 12 16 / 0.45);
      }
      dialog h2 {
        font-size: 1.0625rem;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      dialog p {
        margin-block-start: 0.5rem;
        overflow-wrap: anywhere;
      }
      dialog .notice {
        margin-block-start: 1rem;
      }
      dialog .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 0.625rem;
        margin-block-start: 1.5rem;
      }
      @keyframes breathe {
        50% {
          opacity: 0.45;
        }
      }
    `,
  ];
}

function skeleton(): TemplateResult {
  return html`<div class="skeleton" role="status">
    <p class="visually-hidden">${text().list.loading}</p>
    <span></span><span></span><span></span><span></span>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-connection-list": BowlineConnectionList;
  }
  interface HTMLElementEventMap {
    "bowline-select": CustomEvent<SelectDetail>;
    "bowline-add": CustomEvent<undefined>;
  }
}
