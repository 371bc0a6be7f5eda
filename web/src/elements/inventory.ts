import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import type { ApiError } from "../api/problem.js";
import { IMAGE_STATES, type ImageState, type InventoryImage, type PullingClient, type QueuedScans } from "../api/pulling.js";
import type { Connection } from "../api/types.js";
import { fromNow, inFull, sizeOf } from "../formats.js";
import { text } from "../messages.js";
import { nameOf } from "../policy/images.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, refusalOf, refusedIn } from "./failure.js";
import { icon } from "./icons.js";
import { blank, Search, skeleton } from "./list-parts.js";
import { OfConnection } from "./of-connection.js";
import { PagedList } from "./paged-list.js";
import { stateMark, stateMarks } from "./state-mark.js";

const PAGE = 50;
/** The number of images that one request can queue. */
const MOST = 100;

/**
 * A connection's inventory: its images with the results of the last sync, the decision of the pull rules, and the state
 * of the scan. The user can queue selected images.
 *
 * Properties: `client`, `connection`, `readonly` (no queueing). Events: `bowline-queued` when scans were queued,
 * `bowline-signed-out`.
 */
@element("bowline-inventory")
export class BowlineInventory extends LitElement {
  @property({ attribute: false }) client: PullingClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;

  @state() private filter: ImageState | "" = "";
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private queueing = false;
  @state() private queued: QueuedScans | null = null;
  @state() private queueError: ApiError | null = null;

  readonly #search = new Search(this, () => this.#list.load());
  readonly #list = new PagedList<InventoryImage>(this, async (cursor, signal) => {
    const { client, connection, filter } = this;
    if (client === null || connection === null) return { items: [], next: null };
    return client.images(connection.id, { search: this.#search.term.trim(), state: filter, cursor, limit: PAGE, signal });
  });

  constructor() {
    super();
    new OfConnection(this, () => {
      this.chosen = new Set();
      this.queued = null;
      this.#list.clear();
      void this.#list.load();
    });
  }

  /** Reloads the inventory after a sync. */
  async reload(): Promise<void> {
    await this.#list.load();
  }

  protected override render(): TemplateResult {
    return html`${this.#bar()} ${this.#queue()} ${this.#content()}`;
  }

  #bar(): TemplateResult {
    const { inventory } = text();
    return html`<div class="bar">
      ${this.#search.box("image-search", inventory.search, inventory.searchPlaceholder)}
      <label class="visually-hidden" for="state">${inventory.filter}</label>
      <select id="state" data-testid="image-state-filter" @change=${this.#filtered}>
        ${(["", ...IMAGE_STATES] as const).map((one) => html`<option value=${one} .selected=${one === this.filter}>${inventory.states[one]}</option>`)}
      </select>
      <p class="small quiet" role="status" data-testid="inventory-status">${this.#status()}</p>
    </div>`;
  }

  #status(): string {
    const { inventory } = text();
    const { items, next } = this.#list;
    return items === null || items.length === 0 ? "" : inventory.count(items.length, next === null);
  }

  /** The actions for the selected images. */
  #queue(): TemplateResult | typeof nothing {
    const { inventory } = text();
    const { queued, queueError } = this;
    if (this.readonly || this.#list.items === null || this.#list.items.length === 0) return nothing;
    return html`<div class="queue">
      ${this.chosen.size === 0 && queued === null ? html`<p class="small quiet">${inventory.chooseSome}</p>` : nothing}
      ${
        this.chosen.size === 0
          ? nothing
          : html`<p>${inventory.chosen(this.chosen.size)}</p>
        <button type="button" class="primary" data-testid="scan-chosen-button" aria-disabled=${this.queueing ? "true" : "false"} @click=${this.#scan}>
          ${either([inventory.scan, inventory.queueing], this.queueing ? 1 : 0)}
        </button>`
      }
      <p role="status" data-testid="queued">${queued === null || queued.scans.length === 0 ? "" : inventory.queued(queued.scans.length)}</p>
      ${queueError === null ? nothing : failure(queueError, this.#scan)}
      ${
        queued === null || queued.refused.length === 0
          ? nothing
          : html`<div class="notice warn" role="alert">
        ${icon("warning")}
        <div>
          <strong>${inventory.refused}</strong>
          <ul>${queued.refused.map((one) => html`<li><span class="mono">${one.image}</span>: ${refusalOf(one)}</li>`)}</ul>
        </div>
      </div>`
      }
    </div>`;
  }

  #content(): TemplateResult | typeof nothing {
    const { inventory } = text();
    const { items, next, error, loading } = this.#list;
    if (error !== null) return failure(error, () => this.#list.load());
    if (items === null) return skeleton(inventory.loading);
    if (items.length === 0) return this.#blank();
    return html`<div class="head small quiet ${this.readonly ? "" : "choosable"}" aria-hidden="true">
        ${this.readonly ? nothing : html`<span></span>`}
        <span>${inventory.columns.image}</span><span>${inventory.columns.state}</span><span>${inventory.columns.rules}</span><span>${inventory.columns.scan}</span>
      </div>
      <ul class="rows" aria-label=${inventory.heading} aria-busy=${loading ? "true" : "false"}>
        ${items.map((image) => this.#row(image))}
      </ul>
      ${next === null ? nothing : html`<button type="button" class="more" data-testid="more-images-button" @click=${() => this.#list.more()}>${inventory.more}</button>`}`;
  }

  #blank(): TemplateResult {
    const { inventory } = text();
    if (this.#search.term === "" && this.filter === "") return blank("no-images", "box", inventory.empty, inventory.emptyDetail);
    const all = html`<button type="button" @click=${this.#clear}>${inventory.clear}</button>`;
    return blank("no-image-matches", "search", inventory.noMatch, inventory.noMatchDetail, all);
  }

  #row(image: InventoryImage): TemplateResult {
    const { inventory, scans } = text();
    const name = nameOf(image);
    const now = Date.now();
    // A newly queued image comes from the response before the list is reloaded.
    const queued = this.queued?.scans.find(({ digest }) => digest !== null && digest === image.digest);
    const scan = queued === undefined ? image.scan : { state: queued.state, at: queued.queuedAt };
    const seen = inventory.seen(inFull(image.firstSeen), inFull(image.lastSeen));
    const dated = image.goneAt === null ? fromNow(image.createdAt ?? image.pushedAt ?? "", now) : inventory.goneSince(fromNow(image.goneAt, now));
    return html`<li data-testid="image-row" data-image=${name} data-state=${image.state}>
      <div class="row ${this.readonly ? "" : "choosable"}">
        ${
          this.readonly
            ? nothing
            : html`<label class="choose"><span class="visually-hidden">${inventory.choose(name)}</span>
          <input type="checkbox" data-testid="choose-image" .checked=${live(this.chosen.has(name))} @change=${() => this.#choose(name)} /></label>`
        }
        <div class="what">
          <p class="mono name">${name}</p>
          <p class="small quiet" title=${seen}>${[dated, sizeOf(image.size), (image.digest ?? "").slice(0, 19), problemOf(image)].filter((part) => part !== "").join(" · ")}</p>
        </div>
        <div class="facts">
          <p><span class="visually-hidden">${inventory.columns.state}: </span>${stateMark(image.state, inventory.states[image.state])}</p>
          <p class="small rules ${image.selected ? "taken" : "quiet"}"><span class="visually-hidden">${inventory.columns.rules}: </span>${ruleOf(image)}</p>
          <p class="small"><span class="visually-hidden">${inventory.columns.scan}: </span>${
            scan === null
              ? html`<span class="quiet">${inventory.neverScanned}</span>`
              : [stateMark(scan.state, scans.states[scan.state]), html` <span class="quiet">${fromNow(scan.at ?? "", now)}</span>`]
          }</p>
        </div>
      </div>
    </li>`;
  }

  #filtered(event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return;
    const { value } = event.currentTarget;
    this.filter = IMAGE_STATES.find((one) => one === value) ?? "";
    void this.#list.load();
  }

  async #clear(): Promise<void> {
    this.#search.term = "";
    this.filter = "";
    await this.#list.load();
    this.renderRoot.querySelector<HTMLElement>("#search")?.focus();
  }

  #choose(image: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(image) && chosen.size < MOST) chosen.add(image);
    this.chosen = chosen;
  }

  readonly #scan = async (): Promise<void> => {
    const { client, connection } = this;
    if (client === null || connection === null || this.queueing || this.chosen.size === 0) return;
    this.queueing = true;
    this.queueError = null;
    this.queued = null;
    try {
      this.queued = await client.queueScans(connection.id, [...this.chosen]);
      // Images that were not queued stay selected.
      this.chosen = new Set(this.queued.refused.map(({ image }) => image));
      this.dispatchEvent(new CustomEvent("bowline-queued", { bubbles: true, composed: true }));
      await this.#list.load();
    } catch (error) {
      this.queueError = refusedIn(this, error);
    } finally {
      this.queueing = false;
    }
  };

  static override styles = [
    theme,
    controls,
    notices,
    lists,
    stateMarks,
    css`
      :host {
        display: grid;
        gap: 0.75rem;
        min-width: 0;
        container-type: inline-size;
      }
      .queue {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 1rem;
        align-items: center;
        min-height: 2.375rem;
      }
      .queue .notice {
        flex: 1 1 100%;
      }
      .head {
        display: none;
        gap: 0.875rem;
        padding-inline: 1rem;
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.25rem 0.875rem;
        align-items: center;
        padding: 0.625rem 1rem;
      }
      .choosable {
        grid-template-columns: 1.5rem minmax(0, 1fr);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 0.875rem;
        align-items: center;
        grid-column: -2 / -1;
      }
      .choose {
        display: grid;
        place-items: center;
        width: 1.5rem;
        min-height: 1.5rem;
        cursor: pointer;
      }
      .choose input {
        margin: 0;
      }
      .name {
        overflow-wrap: anywhere;
      }
      .taken {
        color: var(--good);
      }
      .rules {
        overflow-wrap: anywhere;
      }
      @container (min-width: 48rem) {
        .head {
          display: grid;
        }
        .head,
        .row {
          grid-template-columns: minmax(0, 1fr) 6.5rem 11rem 11rem;
        }
        .choosable {
          grid-template-columns: 1.5rem minmax(0, 1fr) 6.5rem 11rem 11rem;
        }
        .facts {
          display: contents;
        }
      }
    `,
  ];
}

/** Why an image could not be read. */
function problemOf({ problem }: InventoryImage): string {
  const { problems, unread } = text().inventory;
  return problem ? (problems[problem] ?? unread) : "";
}

/** The decision of the pull rules about an image. */
function ruleOf({ selected, decidedBy, pattern }: InventoryImage): string {
  const { tester, inventory } = text();
  if (selected === null) return inventory.undecided;
  const { why } = tester;
  switch (decidedBy) {
    case "artifact":
      return why.artifact;
    case "never":
      return why.never(pattern ?? "");
    case "always":
      return why.always(pattern ?? "");
    case "condition":
      return selected ? why.met : why.condition;
    case "include":
      if (!selected) return why.nothing;
      return pattern === null ? why.everything : why.include(pattern);
    case null:
      return selected ? tester.taken : tester.left;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-inventory": BowlineInventory;
  }
  interface HTMLElementEventMap {
    "bowline-queued": CustomEvent<undefined>;
  }
}
