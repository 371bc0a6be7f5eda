import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { PullingClient, SetAside, Skipped, Sync } from "../api/pulling.js";
import type { Connection } from "../api/types.js";
import { fromNow, inFull, number } from "../formats.js";
import { problemText, text } from "../messages.js";
import { isTimezone } from "../policy/change.js";
import { SyncRun } from "../pulling/sync-run.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, problemBox } from "./failure.js";
import { icon } from "./icons.js";
import { OfConnection } from "./of-connection.js";

/** `bowline-synced`: a sync has ended. The inventory may have changed. */
export interface SyncedDetail {
  readonly sync: Sync;
}

const COUNTS = ["new", "replaced", "unchanged", "gone", "skipped"] as const;

/**
 * A connection's last sync with its result, a running sync with its progress, and the time of the next one.
 *
 * Properties: `client`, `connection`, `readonly` (no starting of syncs). Events: `bowline-synced` with
 * {@link SyncedDetail}, `bowline-signed-out`.
 */
@element("bowline-sync-panel")
export class BowlineSyncPanel extends LitElement {
  @property({ attribute: false }) client: PullingClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;
  /** The last announcement for screen readers. */
  @state() private said = "";

  readonly #run = new SyncRun(this, (sync) => this.#ended(sync));

  constructor() {
    super();
    new OfConnection(this, () => this.#follow());
  }

  protected override render(): TemplateResult {
    const { sync } = text();
    const { status, running, error, driving } = this.#run;
    const busy = driving || running !== null;
    return html`<section class="panel" aria-labelledby="heading" aria-busy=${busy ? "true" : "false"}>
      <div class="top">
        <div class="what">
          <h2 id="heading">${sync.heading}</h2>
          ${status === null ? html`<p class="quiet">${error === null ? text().form.loading : "\u00a0"}</p>` : busy ? progress(running) : this.#last(status.last)}
        </div>
        ${
          this.readonly
            ? nothing
            : html`<button type="button" class="primary" data-testid="sync-button" aria-disabled=${driving ? "true" : "false"}
          @click=${this.#start}>${either([sync.start, sync.starting], driving ? 1 : 0)}</button>`
        }
      </div>
      <p class="visually-hidden" role="status" data-testid="sync-status">${this.said}</p>
      <div class="outcome">
        ${
          error !== null
            ? failure(error, driving || status !== null ? this.#start : this.#follow)
            : status === null
              ? nothing
              : [(status.setAside ?? []).map(setAside), this.#outcome(status.last), this.#skipped(status.last), this.#next(status.next)]
        }
      </div>
    </section>`;
  }

  #last(last: Sync | null): TemplateResult {
    const { sync } = text();
    if (last === null) return html`<p><strong>${sync.none}</strong></p>`;
    const say = last.state === "failed" ? sync.failed : last.complete ? sync.done : sync.partly;
    const look = last.state === "failed" ? "bad" : last.complete ? "good" : "warn";
    const ended = last.finishedAt ?? last.startedAt;
    return html`<p class="state ${look}" data-testid="sync-outcome" data-state=${last.state} data-complete=${last.complete}>
      ${icon(look === "good" ? "check" : look === "bad" ? "alert" : "warning")}<strong>${say}</strong>
      <span class="quiet" title=${inFull(ended)}>· ${sync.when(fromNow(ended, Date.now()))}</span>
    </p>`;
  }

  /** The last result. It stays with a fixed height while the next sync runs, so that the inventory does not move. */
  #outcome(last: Sync | null): TemplateResult {
    const { sync } = text();
    if (last?.problem != null) return problemBox(last.problem);
    const told = last === null ? sync.noneDetail : [last.queued > 0 ? sync.queued(last.queued) : "", `${sync.requests(last.requests)}.`].join(" ");
    const unread = last === null || last.repositories.failed === 0 ? "" : sync.unread(last.repositories.failed);
    return html`
      <dl class="counts">
        ${COUNTS.map(
          (name) => html`<div data-testid="sync-count-${name}" data-count=${last?.images[name] ?? nothing}>
          <dt>${sync.counts[name]}</dt>
          <dd>${last === null ? "–" : number(last.images[name])}</dd>
        </div>`,
        )}
      </dl>
      <p class="small quiet">${told} ${last === null || last.complete ? nothing : [unread, " ", sync.partlyDetail]}</p>
    `;
  }

  #skipped(last: Sync | null): TemplateResult {
    const { sync } = text();
    const skipped = last?.skipped ?? [];
    if (skipped.length === 0) return html`<p class="small quiet nothing">${last?.state === "done" ? sync.noneSkipped : ""}</p>`;
    return html`<details data-testid="sync-skipped">
      <summary>${icon("chevron")}${sync.skipped}</summary>
      <ul>${skipped.map(
        (one) => html`<li>
        <span>${whyOf(one)}</span><span class="quiet">${howMany(one)}</span>
      </li>`,
      )}</ul>
    </details>`;
  }

  #next(next: string | null): TemplateResult | typeof nothing {
    const { sync } = text();
    const policy = this.connection?.policy;
    if (policy?.mode !== "automatic") return html`<p class="small quiet">${sync.manual}</p>`;
    if (next === null) return nothing;
    // The service can have a time zone that this browser lacks.
    const zone = policy.timezone && isTimezone(policy.timezone) ? policy.timezone : "UTC";
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
    this.said =
      outcome === "failed"
        ? [sync.failed, problem === null ? "" : problemText(problem).title].join(": ")
        : sync.ended(images.new, images.replaced, images.gone);
    const detail: SyncedDetail = { sync: ended };
    this.dispatchEvent(new CustomEvent("bowline-synced", { detail, bubbles: true, composed: true }));
  }

  static override styles = [
    theme,
    controls,
    notices,
    panels,
    css`
      :host {
        container-type: inline-size;
      }
      .panel {
        position: relative;
        gap: 0.75rem;
        overflow: clip;
      }
      .outcome {
        display: grid;
        gap: 0.75rem;
        align-content: start;
        min-block-size: 12.5rem;
      }
      .nothing {
        min-block-size: 1.75rem;
        align-content: center;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        gap: 0.75rem 1.5rem;
        align-items: start;
        justify-content: space-between;
      }
      .what {
        flex: 1 1 16rem;
        min-width: 0;
        min-block-size: 3.25rem;
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
        position: absolute;
        inset-block-start: 0;
        inset-inline: 0;
        width: 100%;
        height: 0.25rem;
        accent-color: var(--accent);
      }
      .counts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem clamp(0.875rem, 4cqi, 2rem);
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
      details li {
        display: flex;
        gap: 1rem;
        justify-content: space-between;
        padding-block: 0.375rem;
        border-block-end: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
      @container (min-width: 40rem) {
        .outcome {
          min-block-size: 10rem;
        }
      }
    `,
  ];
}

function progress(running: Sync | null): TemplateResult {
  const { sync } = text();
  if (running === null) return html`<p><strong>${sync.running}</strong></p>`;
  const { listed, read } = running.repositories;
  const phase = sync.phases[running.phase];
  const listing = running.phase === "repositories" || listed === 0;
  return html`<p class="state"><strong>${phase}</strong><span class="small quiet" data-testid="sync-progress">${listing ? "" : sync.progress(read, listed)}</span></p>
    <progress aria-label=${phase} max=${Math.max(listed, 1)} value=${listing ? nothing : read}></progress>`;
}

/** Why images were left out: the list of the policy, and its pattern. */
function whyOf({ list, pattern }: Skipped): string {
  const { why } = text().tester;
  if (list === "never") return why.never(pattern ?? "");
  if (list === "artifact") return why.artifact;
  return list === "condition" ? why.condition : why.nothing;
}

/** The skipped images. Skipped repositories are not read, so their number of images is unknown. */
function howMany({ repositories, images }: Skipped): string {
  const { sync } = text();
  return [repositories > 0 ? sync.repositories(repositories) : "", images > 0 ? sync.images(images) : ""].filter((part) => part !== "").join(", ");
}

/** Background work that failed. */
function setAside({ work, attempts, reason, nextAt }: SetAside): TemplateResult {
  const { sync } = text();
  return html`<div class="notice warn" data-testid="set-aside" data-work=${work}>
    ${icon("warning")}
    <div>
      <strong>${sync.setAside(sync.works[work] ?? work, attempts)}</strong>
      <p>${reason}</p>
      <p class="small quiet">${nextAt === null ? sync.setAsideChange : sync.setAsideNext(inFull(nextAt))}</p>
    </div>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-sync-panel": BowlineSyncPanel;
  }
  interface HTMLElementEventMap {
    "bowline-synced": CustomEvent<SyncedDetail>;
  }
}
