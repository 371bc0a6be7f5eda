import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Provider } from "bowline";
import { isAbort, type ApiError } from "../api/problem.js";
import type { EventAddress, NewEventAddress, PullingClient } from "../api/pulling.js";
import type { Connection } from "../api/types.js";
import { fromNow, inFull } from "../formats.js";
import { text } from "../messages.js";
import { instructionsOf, type Announcement } from "../pulling/notifications.js";
import { loadRegistryTypes } from "../registry-types.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./confirm-dialog.js";
import "./copy-lines.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";
import { OfConnection } from "./of-connection.js";

/** The subject of the dialog. */
type Question = "replace" | "end";

/** The placeholder for a secret that was already shown. */
const HIDDEN = "••••••••";

/**
 * A connection's webhook: its URL, its secret (shown once), and the setup steps for the product.
 *
 * Properties: `client`, `connection`, `readonly` (no new secret). Slot: `rules`, a link to the pull rules, which must turn
 * on events. Event: `bowline-signed-out`.
 */
@element("bowline-event-setup")
export class BowlineEventSetup extends LitElement {
  @property({ attribute: false }) client: PullingClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;

  @state() private address: EventAddress | null = null;
  /** The response with the secret; in memory only, until the user leaves. */
  @state() private made: NewEventAddress | null = null;
  @state() private error: ApiError | null = null;
  @state() private busy = false;
  @state() private asking: Question | null = null;
  @state() private said = "";
  @state() private known: readonly Provider[] | null = null;

  #request = new AbortController();

  constructor() {
    super();
    new OfConnection(this, () => {
      this.address = null;
      this.made = null;
      void this.#load();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    loadRegistryTypes().then(
      (types) => (this.known = types),
      () => (this.known = []),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
    this.made = null;
  }

  protected override render(): TemplateResult {
    const { events } = text();
    const { address, connection, error } = this;
    return html`
      <section class="panel" aria-labelledby="heading">
        <div>
          <h2 id="heading">${events.heading}</h2>
          <p class="quiet">${events.detail}</p>
        </div>
        <p class="visually-hidden" role="status">${this.said}</p>
        ${error === null ? nothing : failure(error, address === null ? () => this.#load() : undefined)}
        ${
          address === null || connection === null
            ? error === null
              ? html`<p class="quiet" role="status">${events.loading}</p>`
              : nothing
            : [this.#ignored(connection), this.#secret(address), this.#setup(connection.provider, address), this.#came(address)]
        }
      </section>
      ${this.#dialog()}
    `;
  }

  /** Notifications have an effect only if the pull rules use them. */
  #ignored({ policy }: Connection): TemplateResult | typeof nothing {
    const { events } = text();
    if (policy?.events) return nothing;
    return html`<div class="notice warn" data-testid="events-ignored">
      ${icon("warning")}
      <div>
        <p>${events.off}</p>
        <slot name="rules"></slot>
      </div>
    </div>`;
  }

  #secret(address: EventAddress): TemplateResult {
    const { events } = text();
    const { made } = this;
    const shown = made ?? address;
    return html`
      <div class="part">
        <h3>${events.url}</h3>
        <bowline-copy-lines data-testid="event-url" .label=${events.url} .lines=${[absolute(shown.url)]}></bowline-copy-lines>
        ${isRelative(shown.url) ? html`<p class="small quiet">${events.relative}</p>` : nothing}
      </div>
      ${
        made === null
          ? nothing
          : html`<div class="notice warn" data-testid="secret-once">
        ${icon("warning")}
        <div class="part">
          <strong>${events.once}</strong>
          <p>${events.onceDetail}</p>
          ${
            made.authorization
              ? html`<p class="small">${events.authorization}</p>
            <bowline-copy-lines data-testid="event-authorization" .label=${events.authorization} .lines=${[made.authorization]}></bowline-copy-lines>`
              : nothing
          }
        </div>
      </div>`
      }
      ${
        made !== null
          ? nothing
          : html`<p class="quiet" data-testid="secret-state">
        ${address.enabled ? events.since(inFull(address.createdAt ?? "")) : events.noSecret}
      </p>`
      }
      ${
        this.readonly
          ? nothing
          : html`<div class="buttons">
        ${
          !shown.enabled
            ? html`<button type="button" class="primary" data-testid="make-secret-button" aria-disabled=${this.busy ? "true" : "false"} @click=${this.#renew}>${events.make}</button>`
            : [
                html`<button type="button" data-testid="replace-secret-button" @click=${() => (this.asking = "replace")}>${events.replace}</button>`,
                html`<button type="button" class="ghost" data-testid="end-events-button" @click=${() => (this.asking = "end")}>${events.end}</button>`,
              ]
        }
      </div>`
      }
    `;
  }

  #setup(provider: string, address: EventAddress): TemplateResult | typeof nothing {
    const { events } = text();
    const shown = this.made ?? address;
    if (!shown.enabled || this.known === null) return nothing;
    const hidden = this.made === null;
    const announcement: Announcement = {
      url: absolute(shown.url) + (hidden && shown.secretIn === "url" ? `/${HIDDEN}` : ""),
      authorization: shown.secretIn === "url" ? null : (this.made?.authorization ?? HIDDEN),
    };
    const { notifications = null } = this.known.find(({ id }) => id === provider) ?? {};
    const found = events.instructions[provider]?.(announcement) ?? (notifications === null ? null : instructionsOf(notifications, announcement));
    return html`<div class="part" data-testid="event-steps">
      <h3>${events.setup}</h3>
      ${
        found === null
          ? html`<p>${events.noSetup}</p>`
          : html`
        <ol>${found.steps.map((step) => html`<li>${step}</li>`)}</ol>
        ${
          found.snippet === undefined
            ? nothing
            : html`<bowline-copy-lines data-testid="event-snippet" .label=${events.setup} .lines=${[found.snippet]}></bowline-copy-lines>
          ${hidden && found.snippet.includes(HIDDEN) ? html`<p class="small quiet">${HIDDEN}: ${events.hidden}</p>` : nothing}`
        }
        ${found.docs === undefined ? nothing : html`<p class="small"><a href=${found.docs} target="_blank" rel="noreferrer noopener">${events.docs}</a></p>`}
      `
      }
    </div>`;
  }

  #came({ received, unknown, lastReceivedAt }: EventAddress): TemplateResult {
    const { events } = text();
    const parts = [
      events.received(received),
      lastReceivedAt === null ? "" : events.last(fromNow(lastReceivedAt, Date.now())),
      unknown > 0 ? events.unknown(unknown) : "",
    ];
    return html`<p class="small quiet" data-testid="events-received">
      ${received === 0 && unknown === 0 ? events.nothing : `${parts.filter((part) => part !== "").join(", ")}.`}
    </p>`;
  }

  #dialog(): TemplateResult {
    const { events } = text();
    const { asking } = this;
    const end = asking === "end";
    return html`<bowline-confirm-dialog ?open=${asking !== null} .heading=${end ? events.endTitle : events.replaceTitle}
      .detail=${end ? events.endDetail : events.replaceDetail} .keep=${events.keep} .act=${end ? events.end : events.replace}
      action="confirm-secret-button" @bowline-kept=${() => (this.asking = null)}
      @bowline-confirmed=${end ? this.#end : this.#renew}></bowline-confirm-dialog>`;
  }

  async #load(): Promise<void> {
    const { client, connection } = this;
    this.#request.abort();
    if (client === null || connection === null) return;
    this.#request = new AbortController();
    this.error = null;
    try {
      this.address = await client.events(connection.id, this.#request.signal);
    } catch (error) {
      if (!isAbort(error)) this.error = refusedIn(this, error);
    }
  }

  readonly #renew = (): Promise<void> =>
    this.#change(async (client, id) => {
      this.made = await client.renewEvents(id);
      return text().events.made;
    });

  readonly #end = (): Promise<void> =>
    this.#change(async (client, id) => {
      await client.endEvents(id);
      this.made = null;
      return text().events.ended;
    });

  async #change(work: (client: PullingClient, id: string) => Promise<string>): Promise<void> {
    const { client, connection } = this;
    this.asking = null;
    if (client === null || connection === null || this.busy) return;
    this.busy = true;
    try {
      this.said = await work(client, connection.id);
      await this.#load();
    } catch (error) {
      this.error = refusedIn(this, error);
    } finally {
      this.busy = false;
    }
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".buttons button")?.focus();
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
      .part {
        display: grid;
        gap: 0.5rem;
        min-width: 0;
      }
      .notice > .part {
        flex: 1;
      }
      .notice .part > * {
        margin: 0;
      }
      ol {
        display: grid;
        gap: 0.25rem;
        padding-inline-start: 1.25rem;
        list-style: decimal;
      }
    `,
  ];
}

function isRelative(url: string): boolean {
  return url.startsWith("/");
}

/** The absolute URL. A relative one is resolved with the page's origin. */
function absolute(url: string): string {
  return isRelative(url) ? new URL(url, location.href).href : url;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-event-setup": BowlineEventSetup;
  }
}
