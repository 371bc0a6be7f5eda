import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { SCAN_STATES, type PullingClient, type Scan, type ScanState } from "../api/pulling.js";
import type { Connection } from "../api/types.js";
import { fromNow, inFull } from "../formats.js";
import { text } from "../messages.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, refusalOf, refusedIn, sentenceOf } from "./failure.js";
import { blank, skeleton } from "./list-parts.js";
import { OfConnection } from "./of-connection.js";
import { PagedList } from "./paged-list.js";
import { stateMark, stateMarks } from "./state-mark.js";

const PAGE = 50;

/**
 * A connection's scans with their state and result, and a field to queue an image.
 *
 * Properties: `client`, `connection`, `readonly` (no queueing). Events: `bowline-queued` when a scan was queued,
 * `bowline-signed-out`.
 */
@element("bowline-scan-list")
export class BowlineScanList extends LitElement {
  @property({ attribute: false }) client: PullingClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;

  @property({ type: Boolean }) readonly = false;

  @state() private filter: ScanState | "" = "";
  @state() private queueing = false;
  /** Why the entered image was not queued. */
  @state() private refusal = "";

  readonly #list = new PagedList<Scan>(this, async (cursor, signal) => {
    const { client, connection, filter } = this;
    if (client === null || connection === null) return { items: [], next: null };
    return client.scans(connection.id, { state: filter, cursor, limit: PAGE, signal });
  });

  constructor() {
    super();
    new OfConnection(this, () => {
      this.#list.clear();
      void this.#list.load();
    });
  }

  protected override render(): TemplateResult {
    const { scans } = text();
    return html`
      ${this.readonly ? nothing : this.#naming()}
      <div class="bar">
        <label class="visually-hidden" for="state">${scans.filter}</label>
        <select id="state" data-testid="scan-state-filter" @change=${this.#filtered}>
          ${(["", ...SCAN_STATES] as const).map((one) => html`<option value=${one} .selected=${one === this.filter}>${scans.states[one]}</option>`)}
        </select>
        <button type="button" data-testid="refresh-scans-button" @click=${() => this.#list.load()}>${scans.refresh}</button>
        <p class="small quiet" role="status" data-testid="scans-status">${this.#status()}</p>
      </div>
      ${this.#content()}
    `;
  }

  #naming(): TemplateResult {
    const { form, scans } = text();
    return html`<form class="naming" novalidate @submit=${this.#queue}>
      <label for="image">${scans.image}</label>
      <input id="image" class="mono" data-testid="scan-input" autocomplete="off" spellcheck="false" autocapitalize="off" placeholder=${form.imagePlaceholder}
        aria-invalid=${this.refusal === "" ? "false" : "true"} aria-describedby="refusal" @input=${() => (this.refusal = "")} />
      <button type="submit" data-testid="scan-button" aria-disabled=${this.queueing ? "true" : "false"}>${either([scans.queue, scans.queueing], this.queueing ? 1 : 0)}</button>
      <p class="small refusal" id="refusal" role="alert" data-testid="scan-refusal">${this.refusal}</p>
    </form>`;
  }

  async #queue(event: Event): Promise<void> {
    event.preventDefault();
    const { client, connection } = this;
    const input = this.renderRoot.querySelector<HTMLInputElement>("#image");
    const image = input?.value.trim() ?? "";
    if (client === null || connection === null || input === null || image === "" || this.queueing) return;
    this.queueing = true;
    this.refusal = "";
    try {
      const { refused } = await client.queueScans(connection.id, [image]);
      this.refusal = refused[0] === undefined ? "" : refusalOf(refused[0]);
      if (this.refusal !== "") return;
      input.value = "";
      this.dispatchEvent(new CustomEvent("bowline-queued", { bubbles: true, composed: true }));
      await this.#list.load();
    } catch (error) {
      this.refusal = sentenceOf(refusedIn(this, error));
    } finally {
      this.queueing = false;
    }
  }

  #status(): string {
    const { scans } = text();
    const { items, next } = this.#list;
    return items === null || items.length === 0 ? "" : scans.count(items.length, next === null);
  }

  #content(): TemplateResult | typeof nothing {
    const { scans } = text();
    const { items, next, error, loading } = this.#list;
    if (error !== null) return failure(error, () => this.#list.load());
    if (items === null) return skeleton(scans.loading);
    if (items.length === 0) return blank("no-scans", "box", scans.empty, scans.emptyDetail);
    return html`<ul class="rows" aria-label=${scans.heading} aria-busy=${loading ? "true" : "false"}>
        ${items.map(row)}
      </ul>
      ${next === null ? nothing : html`<button type="button" class="more" @click=${() => this.#list.more()}>${scans.more}</button>`}`;
  }

  #filtered(event: Event): void {
    if (!(event.currentTarget instanceof HTMLSelectElement)) return;
    const { value } = event.currentTarget;
    this.filter = SCAN_STATES.find((one) => one === value) ?? "";
    void this.#list.load();
  }

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
      .naming {
        display: grid;
        grid-template-columns: minmax(0, 24rem) auto;
        gap: 0.375rem 0.625rem;
        justify-content: start;
        align-items: center;
        margin-block-end: 0.5rem;
      }
      .naming > :is(label, p) {
        grid-column: 1 / -1;
      }
      .refusal {
        color: var(--bad);
      }
      .row {
        display: grid;
        gap: 0.25rem 0.875rem;
        align-items: center;
        padding: 0.625rem 1rem;
      }
      .row > * {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      @container (min-width: 40rem) {
        .row {
          grid-template-columns: minmax(0, 1fr) 7rem 9rem;
        }
      }
    `,
  ];
}

function row(scan: Scan): TemplateResult {
  const { scans } = text();
  const name = scan.tag === null ? `${scan.repository}@${(scan.digest ?? "").slice(0, 19)}` : `${scan.repository}:${scan.tag}`;
  const now = Date.now();
  const at = scan.finishedAt ?? scan.leasedAt ?? scan.queuedAt;
  const more = [
    scans.origins[scan.origin],
    scan.scanner ? scans.scanner(scan.scanner) : "",
    scan.state === "leased" && scan.deadline ? scans.deadline(fromNow(scan.deadline, now)) : "",
    scan.attempts > 1 ? scans.attempts(scan.attempts) : "",
    scan.reason ?? "",
  ];
  return html`<li data-testid="scan-row" data-image=${name} data-state=${scan.state}>
    <div class="row">
      <div>
        <p class="mono" title=${scan.image}>${name}</p>
        <p class="small quiet">${more.filter((part) => part !== "").join(" · ")}</p>
      </div>
      <p>${stateMark(scan.state, scans.states[scan.state])}</p>
      <p class="small quiet" title=${inFull(at)}>${fromNow(at, now)}</p>
    </div>
  </li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-scan-list": BowlineScanList;
  }
}
