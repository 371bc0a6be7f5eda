import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { PullingClient, Skipped, Sync } from "../api/pulling.js";
import type { Connection } from "../api/types.js";
import { text } from "../messages.js";
import { SyncRun } from "../pulling/sync-run.js";
import { controls, notices, theme } from "../styles/theme.js";
import { failure } from "./failure.js";
import { icon } from "./icons.js";
import { fromNow, inFull } from "./when.js";

/** `bowline-synced`: a sync has ended; what the connection's inventory says may have changed. */
export interface SyncedDetail {
  readonly sync: Sync;
}

const COUNTS = ["new", "replaced", "unchanged", "gone", "skipped"] as const;

/**
 * The last sync of a connection and what it came to; one that runs, with its progress; when the next one starts.
 *
 * Properties: `client`, `connection`, `readonly` (no sync is started). Events: `bowline-synced` with
 * {@link SyncedDetail}, `bowline-signed-out`.
 */
@customElement("bowline-sync-panel")
export class BowlineSyncPanel extends LitElement {
  @property({ attribute: false }) client: PullingClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;
  /** What was said last to who cannot see it. */
  @state() private said = "";

  readonly #run = new SyncRun(this, (sync) => this.#ended(sync));
  #of: string | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    const known = this.client !== null && this.connection?.id === this.#of;
    if (known || !(changed.has("connection") || changed.has("client"))) return;
    this.#of = this.client === null ? undefined : this.connection?.id;
    this.#follow();
  }

  protected override render(): TemplateResult {
    const { sync } = text();
    const { status, running, error, driving } = this.#run;
    const busy = driving || running !== null;
    return html`<section aria-labelledby="heading" aria-busy=${busy ? "true" : "false"}>
      <div class="top">
        <div class="what">
          <h2 id="heading">${sync.heading}</h2>
          ${status === null ? html`<p class="quiet">${text().form.loading}</p>` : running === null && !driving ? this.#last(status.last) : progress(running)}
        </div>
        ${this.readonly ? nothing : html`<button type="button" class="primary" data-testid="sync-button" aria-disabled=${driving ? "true" : "false"}
          @click=${this.#start}>${driving ? sync.starting : sync.start}</button>`}
      </div>
      <p class="visually-hidden" role="status" data-testid="sync-status">${this.said}</p>
      ${error === null ? nothing : failure(error, driving || status !== null ? this.#start : this.#follow)}
      ${busy || status?.last == null ? nothing : this.#outcome(status.last)}
      ${status === null ? nothing : this.#next(status.next)}
    </section>`;
  }

  #last(last: Sync | null): TemplateResult {
    const { sync } = text();
    if (last === null) return html`<p><strong>${sync.none}</strong></p><p class="quiet">${sync.noneDetail}</p>`;
    const say = last.state === "failed" ? sync.failed : last.complete ? sync.done : sync.partly;
    const look = last.state === "failed" ? "bad" : last.complete ? "good" : "warn";
    const ended = last.finishedAt ?? last.startedAt;
    return html`<p class="state ${look}" data-testid="sync-outcome" data-state=${last.state} data-complete=${last.complete}>
      ${icon(look === "good" ? "check" : look === "bad" ? "alert" : "warning")}<strong>${say}</strong>
      <span class="quiet" title=${inFull(ended)}>· ${sync.when(fromNow(ended, Date.now()))}</span>
    </p>`;
  }

  #outcome(last: Sync): TemplateResult {
    const { sync } = text();
    const { problem, skipped } = last;
    return html`
      ${problem === null ? nothing : html`<div class="notice bad" data-testid="problem" data-code=${problem.code}>
        ${icon("alert")}
        <div>
          <strong>${problem.title}</strong>
          ${problem.detail ? html`<p>${problem.detail}</p>` : nothing} ${problem.hint ? html`<p>${problem.hint}</p>` : nothing}
        </div>
      </div>`}
      ${last.complete || problem !== null ? nothing : html`<p class="quiet">
        ${last.repositories.failed > 0 ? sync.unread(last.repositories.failed) : nothing} ${sync.partlyDetail}
      </p>`}
      <dl class="counts">
        ${COUNTS.map((name) => html`<div data-testid="sync-count-${name}" data-count=${last.images[name]}>
          <dt>${sync.counts[name]}</dt>
          <dd>${last.images[name].toLocaleString()}</dd>
        </div>`)}
      </dl>
      <p class="small quiet">${[last.queued > 0 ? sync.queued(last.queued) : "", `${sync.requests(last.requests)}.`].join(" ")}</p>
      ${skipped.length === 0 ? nothing : html`<details data-testid="sync-skipped">
        <summary>${icon("chevron")}${sync.skipped}</summary>
        <ul>${skipped.map((one) => html`<li>
          <span>${whyOf(one)}</span><span class="quiet">${howMany(one)}</span>
        </li>`)}</ul>
      </details>`}
    `;
  }

  #next(next: string | null): TemplateResult | typeof nothing {
    const { sync } = text();
    const policy = this.connection?.policy;
    if (policy?.mode !== "automatic") return html`<p class="small quiet">${sync.manual}</p>`;
    if (next === null) return nothing;
    const zone = policy.timezone || "UTC";
    return html`<p class="small quiet" data-testid="sync-next">${sync.next(inFull(next, zone), zone)}</p>`;
  }

  readonly #follow = (): void => {
    const { client, connection } = this;
    if (client !== null && connection !== null) void this.#run.follow(client, connection.id);
  };

  readonly #start = (): void => {
    const { client, connection } = this;
    if (client === null || connection === null || this.#run.driving) return;
    this.said = text().sync.running;
    void this.#run.start(client, connection.id);
  };

  #ended(ended: Sync): void {
    const { sync } = text();
    const { images, state: outcome, problem } = ended;
    this.said = outcome === "failed" ? [sync.failed, problem?.title ?? ""].join(": ") : sync.ended(images.new, images.replaced, images.gone);
    const detail: SyncedDetail = { sync: ended };
    this.dispatchEvent(new CustomEvent("bowline-synced", { detail, bubbles: true, composed: true }));
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      section {
        display: grid;
        gap: 0.75rem;
        padding: 1.25rem;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 4px);
        background: var(--surface);
      }
      h2 {
        font-size: 1rem;
        font-weight: 600;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        gap: 0.75rem 1.5rem;
        align-items: start;
        justify-content: space-between;
        min-height: 3.25rem;
      }
      .what {
        flex: 1 1 16rem;
        min-width: 0;
      }
      .state {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.375rem;
        align-items: center;
      }
      .state.good > svg {
        color: var(--good);
      }
      .state.bad > svg {
        color: var(--bad);
      }
      .state.warn > svg {
        color: var(--warn);
      }
      progress {
        width: 100%;
        max-width: 24rem;
        height: 0.5rem;
        accent-color: var(--accent);
      }
      .counts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 2rem;
      }
      .counts dt {
        color: var(--quiet);
        font-size: 0.8125rem;
      }
      .counts dd {
        font-size: 1.25rem;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      summary {
        display: flex;
        gap: 0.375rem;
        align-items: center;
        width: fit-content;
        min-height: 1.75rem;
        border-radius: var(--radius);
        color: var(--quiet);
        font-weight: 600;
        list-style: none;
        cursor: pointer;
      }
      summary::-webkit-details-marker {
        display: none;
      }
      summary:dir(rtl) svg {
        rotate: 180deg;
      }
      details[open] > summary svg {
        rotate: 90deg;
      }
      details li {
        display: flex;
        gap: 1rem;
        justify-content: space-between;
        padding-block: 0.375rem;
        border-block-end: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
    `,
  ];
}

function progress(running: Sync | null): TemplateResult {
  const { sync } = text();
  if (running === null) return html`<p><strong>${sync.running}</strong></p>`;
  const { listed, read } = running.repositories;
  const listing = running.phase === "repositories" || listed === 0;
  return html`<p><strong>${sync.phases[running.phase]}</strong></p>
    <progress aria-label=${sync.phases[running.phase]} max=${Math.max(listed, 1)} value=${listing ? nothing : read}></progress>
    <p class="small quiet" data-testid="sync-progress">${listing ? "" : sync.progress(read, listed)}</p>`;
}

/** Why images were left out: the list of the policy, and its pattern. */
function whyOf({ list, pattern }: Skipped): string {
  const { why } = text().tester;
  if (list === "never") return why.never(pattern ?? "");
  if (list === "artifact") return why.artifact;
  return list === "condition" ? why.condition : why.nothing;
}

/** What was left out: whole repositories are not read, so that nobody knows how many images they hold. */
function howMany({ repositories, images }: Skipped): string {
  const { sync } = text();
  return [repositories > 0 ? sync.repositories(repositories) : "", images > 0 ? sync.images(images) : ""].filter((part) => part !== "").join(", ");
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-sync-panel": BowlineSyncPanel;
  }
  interface HTMLElementEventMap {
    "bowline-synced": CustomEvent<SyncedDetail>;
  }
}
