import type { Provider } from "bowline";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { ConnectionsClient } from "../api/client.js";
import type { ApiError } from "../api/problem.js";
import type { Connection, Page } from "../api/types.js";
import { isNear } from "../formats.js";
import { text } from "../messages.js";
import { loadRegistryTypes } from "../registry-types.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./confirm-dialog.js";
import { healthOf, HEALTHS, NEAR_DAYS, nameOfUse, type Health } from "./connection-facts.js";
import "./connection-row.js";
import type { Permissions, RowDetail } from "./connection-row.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";
import { blank, Search, skeleton } from "./list-parts.js";
import { PagedList } from "./paged-list.js";

/** `bowline-select`: the open connection, or none. */
export interface SelectDetail {
  readonly id: string | null;
}

const PAGE = 50;

/** The number of days without use after which credentials count as unused. */
const UNUSED_DAYS = 30;

/** The number of days after which credentials count as old. */
const OLD_DAYS = 90;

/** The state filters that are not results of the last check. */
const OTHER_STATES = ["ending", "unused", "old"] as const;

type State = Health | (typeof OTHER_STATES)[number];

/**
 * A project's connections: search, the last check of each, details, renaming, checking, removing.
 *
 * Properties: `client`, `may` (the actions to offer), `selected` (the id of the open connection), `closed` (the reason why
 * no connection can be added, such as a plan's limit). Slot: `closed`, what to do about it. Events: `bowline-add`,
 * `bowline-select` with {@link SelectDetail}, `bowline-signed-out`.
 */
@element("bowline-connection-list")
export class BowlineConnectionList extends LitElement {
  @property({ attribute: false }) client: ConnectionsClient | null = null;
  @property({ attribute: false }) may: Permissions = { write: true, delete: true };
  @property() selected = "";
  @property() closed = "";

  /** The type to show, or all of them. */
  @state() private provider = "";
  /** The state to show, or all of them. */
  @state() private health: State | "" = "";
  @state() private removing: Connection | null = null;
  @state() private removeError: ApiError | null = null;
  /** The last action, for screen readers. */
  @state() private said = "";
  @state() private known: readonly Provider[] = [];

  readonly #search = new Search(this, () => this.#find());
  readonly #list = new PagedList<Connection>(this, async (cursor, signal) => {
    const { client, provider, health } = this;
    let page: Page<Connection> = { items: [], next: cursor };
    if (client === null) return page;
    const asked = health === "ending" ? { expiring: NEAR_DAYS } : health === "unused" ? { unused: UNUSED_DAYS } : {};
    const options = { search: this.#search.term.trim(), provider, limit: PAGE, signal, ...asked };
    // The API has no search for the rest, so read pages until there is something to show.
    do {
      const { items, next } = await client.list({ ...options, ...(page.next === null ? {} : { cursor: page.next }) });
      page = { items: items.filter((connection) => isIn(connection, health)), next };
    } while (page.items.length === 0 && page.next !== null);
    return page;
  });

  /** Reloads the list. */
  async reload(): Promise<void> {
    await this.#list.load();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The list does not wait for the titles.
    loadRegistryTypes().then(
      (types) => (this.known = types),
      () => undefined,
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client") && this.client !== null) void this.#list.load();
  }

  protected override render(): TemplateResult {
    return html`
      <p class="visually-hidden" role="status">${this.said}</p>
      ${this.#bar()} ${this.#content()} ${this.#dialog()}
    `;
  }

  /** Loads the matching connections and announces their number. */
  async #find(): Promise<void> {
    await this.#list.load();
    const { items, next, error } = this.#list;
    if (error === null && items !== null) this.said = text().list.count(items.length, next === null);
  }

  #filtered(event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return;
    const { id, value } = event.currentTarget;
    if (id === "provider") this.provider = value;
    else this.health = [...HEALTHS, ...OTHER_STATES].find((one) => one === value) ?? "";
    void this.#find();
  }

  async #clearSearch(): Promise<void> {
    this.#search.term = "";
    this.provider = "";
    this.health = "";
    await this.#list.load();
    this.renderRoot.querySelector<HTMLElement>("#search")?.focus();
  }

  #replace({ connection }: RowDetail): void {
    this.#list.change((items) => items.map((item) => (item.id === connection.id ? connection : item)));
  }

  #renamed({ detail }: CustomEvent<RowDetail>): void {
    const { id, name } = detail.connection;
    const before = this.#list.items?.find((item) => item.id === id)?.name;
    this.#replace(detail);
    const { described, renamed } = text().list;
    this.said = (before === name ? described : renamed)(name);
  }

  #toggled({ detail }: CustomEvent<RowDetail>): void {
    const id = this.selected === detail.connection.id ? null : detail.connection.id;
    this.selected = id ?? "";
    const select: SelectDetail = { id };
    this.dispatchEvent(new CustomEvent("bowline-select", { detail: select, bubbles: true, composed: true }));
  }

  #refused({ detail: error }: CustomEvent<ApiError>): void {
    if (!refusedIn(this, error).signedOut) void this.#list.load();
  }

  /** Removes the connection in the dialog. If it is in use, the user must confirm after seeing its uses. */
  async #remove(): Promise<void> {
    const { client, removing } = this;
    if (client === null || removing === null) return;
    this.removeError = null;
    try {
      await client.remove(removing.id, { force: this.#inUse });
    } catch (error) {
      const refusal = refusedIn(this, error);
      // It is already gone, as requested.
      if (refusal.status !== 404) {
        this.removeError = refusal;
        return;
      }
    }
    const index = this.#list.items?.findIndex((item) => item.id === removing.id) ?? -1;
    this.#list.change((items) => items.filter((item) => item.id !== removing.id));
    this.removing = null;
    this.said = text().list.removed(removing.name);
    await this.updateComplete;
    // Focus the item that replaced it.
    const rows = [...this.renderRoot.querySelectorAll("bowline-connection-row")];
    const neighbor = rows[Math.min(index, rows.length - 1)];
    if (neighbor !== undefined) neighbor.focusName();
    else this.renderRoot.querySelector<HTMLElement>("[data-testid=add-button]")?.focus();
  }

  get #inUse(): boolean {
    return this.removing !== null && (this.removing.uses.length > 0 || this.removeError?.code === "connection.in_use");
  }

  #add(): void {
    this.dispatchEvent(new CustomEvent("bowline-add", { bubbles: true, composed: true }));
  }

  // --- drawing

  /** Whether the list is complete. */
  get #unfiltered(): boolean {
    return this.#search.term === "" && this.provider === "" && this.health === "";
  }

  #bar(): TemplateResult | typeof nothing {
    const { list } = text();
    const { items, error } = this.#list;
    if (this.#unfiltered && (items?.length === 0 || (items === null && error !== null))) return nothing;
    return html`<div class="bar">
      ${this.#search.box("search-input", list.search, list.searchPlaceholder)}
      <label class="visually-hidden" for="provider">${list.filter}</label>
      <select id="provider" data-testid="provider-filter" @change=${this.#filtered}>
        <option value="" .selected=${this.provider === ""}>${list.everyType}</option>
        ${this.known.map(({ id, title }) => html`<option value=${id} .selected=${id === this.provider}>${title}</option>`)}
      </select>
      <label class="visually-hidden" for="health">${list.state}</label>
      <select id="health" data-testid="state-filter" @change=${this.#filtered}>
        <option value="" .selected=${this.health === ""}>${list.everyState}</option>
        ${HEALTHS.map((one) => html`<option value=${one} .selected=${one === this.health}>${list.healths[one]}</option>`)}
        ${OTHER_STATES.map((one) => html`<option value=${one} .selected=${one === this.health}>${list[one]}</option>`)}
      </select>
      ${this.may.write ? this.#addButton() : nothing}
    </div>
    ${this.#closed()}`;
  }

  #addButton(): TemplateResult {
    return html`<button type="button" class="primary" data-testid="add-button" ?disabled=${this.closed !== ""}
      aria-describedby=${this.closed === "" ? nothing : "closed"} @click=${this.#add}>${icon("plus")}${text().list.add}</button>`;
  }

  #closed(): TemplateResult | typeof nothing {
    if (this.closed === "" || !this.may.write) return nothing;
    return html`<div id="closed" class="notice" data-testid="add-closed">${icon("lock")}<div>${this.closed} <slot name="closed"></slot></div></div>`;
  }

  #content(): TemplateResult {
    const { list } = text();
    const { items, next, error, loading } = this.#list;
    if (error?.forbidden) return blank("forbidden", "lock", list.forbidden, list.forbiddenDetail);
    const failed = error === null ? nothing : failure(error, () => this.reload(), list.failed);
    if (items === null) return html`${error === null ? skeleton(list.loading) : failed}`;
    if (items.length === 0) return html`${failed} ${this.#nothing()}`;
    return html`
      ${failed}
      <ul class="rows" aria-label=${list.heading} aria-busy=${loading ? "true" : "false"}
        @bowline-renamed=${this.#renamed}
        @bowline-checked=${(event: CustomEvent<RowDetail>) => this.#replace(event.detail)}
        @bowline-toggle=${this.#toggled}
        @bowline-refused=${this.#refused}
        @bowline-remove=${({ detail }: CustomEvent<RowDetail>) => {
          this.removeError = null;
          this.removing = detail.connection;
        }}>
        ${repeat(
          items,
          (item) => item.id,
          (item) => html`<li>
          <bowline-connection-row data-testid="connection-row" data-id=${item.id} data-name=${item.name} .connection=${item}
            .provider=${this.known.find((provider) => provider.id === item.provider)} .client=${this.client} .may=${this.may}
            ?open=${item.id === this.selected}></bowline-connection-row>
        </li>`,
        )}
      </ul>
      ${next === null ? nothing : html`<button type="button" class="more" data-testid="more-button" @click=${() => this.#list.more()}>${list.more}</button>`}
    `;
  }

  #nothing(): TemplateResult {
    const { list } = text();
    if (this.#unfiltered) return blank("empty", "box", list.empty, list.emptyDetail, this.may.write ? html`${this.#addButton()} ${this.#closed()}` : nothing);
    const all = html`<button type="button" @click=${this.#clearSearch}>${list.clearSearch}</button>`;
    return blank("no-match", "search", list.noMatch(this.#search.term), list.noMatchDetail, all);
  }

  #dialog(): TemplateResult {
    const { list } = text();
    const { removing, removeError } = this;
    return html`<bowline-confirm-dialog ?open=${removing !== null} .heading=${list.confirmTitle(removing?.name ?? "")}
      .detail=${list.confirmDetail(removing?.endpoint ?? "")} .keep=${list.keep} .act=${this.#inUse ? list.removeAnyway : list.confirm}
      action="confirm-remove-button" @bowline-confirmed=${this.#remove} @bowline-kept=${() => (this.removing = null)}>
      ${
        removing === null || removing.uses.length === 0
          ? nothing
          : html`<div class="notice warn" data-testid="uses">
        ${icon("warning")}
        <div><strong>${list.inUse}</strong><ul>${removing.uses.map((use) => html`<li>${nameOfUse(use)}</li>`)}</ul></div>
      </div>`
      }
      ${removeError === null ? nothing : failure(removeError)}
    </bowline-confirm-dialog>`;
  }

  static override styles = [
    theme,
    controls,
    notices,
    lists,
    css`
      :host {
        display: grid;
        gap: 1rem;
        container-type: inline-size;
      }
      .bar select {
        flex: 1 1 9rem;
        max-width: 13rem;
      }
      .bar button {
        margin-inline-start: auto;
      }
      bowline-confirm-dialog > .notice {
        margin-block-start: 1rem;
      }
    `,
  ];
}

/** Whether a connection that the API gave for this state is in it. */
function isIn({ lastCheck, credentialsChangedAt }: Connection, state: State | ""): boolean {
  if (state === "" || state === "ending" || state === "unused") return true;
  if (state === "old") return isNear(credentialsChangedAt, Date.now(), -OLD_DAYS);
  return healthOf(lastCheck) === state;
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
