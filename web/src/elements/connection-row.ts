import type { Provider } from "bowline";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ConnectionsClient } from "../api/client.js";
import { asApiError, type ApiError } from "../api/problem.js";
import type { Connection, LastCheck, Use } from "../api/types.js";
import { authText, fieldText, problemText, text } from "../messages.js";
import { dockerCommands } from "../form/commands.js";
import { controls, notices, theme } from "../styles/theme.js";
import { CheckRun } from "./check-run.js";
import { icon } from "./icons.js";
import { fromNow, inFull, isNear } from "./when.js";

/** What somebody may do with connections. */
export interface Permissions {
  readonly write: boolean;
  readonly delete: boolean;
}

/** `bowline-renamed`, `bowline-checked`: the connection as it is now. */
export interface RowDetail {
  readonly connection: Connection;
}

/** What of a connection somebody wants to work on: `copy` starts a new one from it. */
export type ConnectionPlace = "policy" | "images" | "credentials" | "copy";

/** `bowline-open`: somebody goes to a place of a connection. */
export interface OpenDetail {
  readonly id: string;
  readonly place: ConnectionPlace;
}

/** Credentials that end this soon are worth a word. */
const NEAR_DAYS = 14;

type Health = "unknown" | "good" | "partial" | "bad";

/**
 * One connection of the list: its state at a glance, details, renaming in place, a new check.
 *
 * Events: `bowline-open` with {@link OpenDetail}; `bowline-renamed`, `bowline-checked`, `bowline-remove` and `bowline-toggle` with {@link RowDetail};
 * `bowline-refused` with the ApiError of what did not work.
 */
@customElement("bowline-connection-row")
export class BowlineConnectionRow extends LitElement {
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ attribute: false }) provider: Provider | undefined;
  @property({ attribute: false }) client: ConnectionsClient | null = null;
  @property({ attribute: false }) may: Permissions = { write: true, delete: true };
  @property({ type: Boolean, reflect: true }) open = false;

  @state() private renaming = false;
  @state() private nameError: ApiError | null = null;
  @state() private busy = false;

  readonly #run = new CheckRun(this);

  /** Puts the focus on the connection's name. */
  focusName(): void {
    this.renderRoot.querySelector<HTMLElement>(".name")?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { connection } = this;
    if (connection === null) return nothing;
    return html`
      <div class="row">
        <span class="dot ${healthOf(connection.lastCheck)}"></span>
        <div class="what">${this.renaming ? this.#renameForm(connection) : this.#name(connection)}</div>
        <div class="state">${stateOf(connection)}</div>
        ${this.renaming ? nothing : this.#buttons(connection)}
      </div>
      <div id="details">${this.open ? this.#details(connection) : nothing}</div>
    `;
  }

  #name(connection: Connection): TemplateResult {
    return html`<button type="button" class="name" aria-expanded=${this.open ? "true" : "false"} aria-controls="details" @click=${this.#toggle}>
        ${connection.name}${icon("chevron")}
      </button>
      <p class="small quiet"><span class="mono">${connection.endpoint}</span> · <span data-testid="connection-type"
        data-known=${this.provider !== undefined}>${this.provider?.title ?? connection.provider}</span></p>`;
  }

  #renameForm(connection: Connection): TemplateResult {
    const { list } = text();
    const cancel = (event: KeyboardEvent): void => {
      if (event.key === "Escape") void this.#endRename();
    };
    return html`<form class="rename" @submit=${this.#rename} @keydown=${cancel}>
      <label for="new-name" class="visually-hidden">${list.renameLabel}</label>
      <input id="new-name" name="name" data-testid="rename-input" maxlength="64" autocomplete="off" spellcheck="false" .value=${connection.name}
        aria-invalid=${this.nameError === null ? "false" : "true"} aria-describedby="name-error" />
      <button type="submit" class="primary" data-testid="rename-save-button" aria-disabled=${this.busy ? "true" : "false"}>${list.renameSave}</button>
      <button type="button" class="ghost" data-testid="rename-cancel-button" @click=${this.#endRename}>${list.renameCancel}</button>
      <p id="name-error" class="small name-error" role="alert">${this.nameError === null ? nothing : sentence(this.nameError)}</p>
    </form>`;
  }

  #buttons(connection: Connection): TemplateResult {
    const { list } = text();
    const { running } = this.#run;
    const named = (label: string): string => `${label}: ${connection.name}`;
    return html`<div class="buttons">
      ${running
        ? html`<button type="button" class="ghost" data-testid="cancel-button" aria-label=${named(list.cancelCheck)} @click=${() => this.#run.cancel()}>${list.cancelCheck}</button>`
        : html`<button type="button" class="ghost" data-testid="check-button" aria-label=${named(list.check)} @click=${this.#check}>${list.check}</button>`}
      ${this.may.write
        ? html`<button type="button" class="ghost" data-testid="rename-button" aria-label=${named(list.rename)} @click=${this.#startRename}>${list.rename}</button>`
        : nothing}
      ${this.may.delete
        ? html`<button type="button" class="ghost" data-testid="remove-button" aria-label=${named(list.remove)} @click=${() => this.#tell("bowline-remove")}>${list.remove}</button>`
        : nothing}
    </div>`;
  }

  #details(connection: Connection): TemplateResult {
    const { facts, keptSecrets } = text().list;
    const auth = this.provider?.auth.find((method) => method.id === connection.auth);
    const label = (name: string): string => {
      const field = auth?.fields.find((one) => one.name === name);
      return field === undefined ? name : fieldText(connection.provider, field, connection.purpose).label;
    };
    const values = Object.entries(connection.values).filter(([name, value]) => name !== "url" && value !== "");
    const kept = connection.secrets.length === 0 ? "" : `${connection.secrets.map(label).join(", ")} (${keptSecrets(connection.secrets.length)})`;
    const rows: [string, string][] = [
      [facts.description, connection.description],
      [facts.endpoint, connection.endpoint],
      [facts.auth, auth === undefined ? connection.auth : authText(connection.provider, auth)],
      ...values.map(([name, value]): [string, string] => [label(name), value]),
      [facts.kept, kept],
      [facts.purpose, text().form.purposes[connection.purpose]],
      [facts.image, connection.image],
      [facts.trusted, connection.trustedAuthHosts.join(", ")],
      [facts.uses, connection.uses.map(nameOfUse).join(", ")],
      [facts.lastUsed, connection.lastUsedAt === null ? "" : inFull(connection.lastUsedAt)],
      [facts.created, inFull(connection.createdAt)],
      [facts.id, connection.id],
    ];
    const problem = connection.lastCheck?.problem;
    return html`<div class="details">
      <div>
      ${this.#places(connection)}
      <dl>
        ${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<dt>${name}</dt>
          <dd>${value}</dd>`)}
      </dl>
      </div>
      <div class="result">
        ${this.#run.started ? this.#run.render(false, this.#commands(connection)) : problem ? lastProblem(problem) : nothing}
      </div>
    </div>`;
  }

  #commands({ endpoint, values, image }: Connection): readonly string[] {
    return dockerCommands(endpoint, { values, image }, this.#run.check?.facts?.image);
  }

  /** Where else the connection can be worked on; a product that has no such places hears no event. */
  #places(connection: Connection): TemplateResult {
    const { list } = text();
    const places: readonly [ConnectionPlace, string, boolean][] = [
      ["policy", list.rules, true],
      ["images", list.images, true],
      ["credentials", list.rotate, this.may.write],
      ["copy", list.replace, this.may.write],
    ];
    return html`<div class="places">
      ${places.filter(([, , offered]) => offered).map(([place, label]) => html`<button type="button" data-testid="${place}-button"
        @click=${() => this.#open(connection, place)}>${label}</button>`)}
    </div>`;
  }

  #open({ id }: Connection, place: ConnectionPlace): void {
    const detail: OpenDetail = { id, place };
    this.dispatchEvent(new CustomEvent("bowline-open", { detail, bubbles: true, composed: true }));
  }

  #toggle(): void {
    this.open = !this.open;
    this.#tell("bowline-toggle");
  }

  async #check(): Promise<void> {
    const { client, connection } = this;
    if (client === null || connection === null) return;
    if (!this.open) this.#toggle();
    const done = this.#run.start((options) => client.recheck(connection.id, options));
    await this.updateComplete;
    this.#focus("cancel-button");
    const check = await done;
    if (this.#run.error?.signedOut) this.#refused(this.#run.error);
    await this.updateComplete;
    if (this.shadowRoot?.activeElement === null || this.shadowRoot?.activeElement === undefined) this.#focusIfLost();
    if (check === null) return;
    const { ok, proved, problem = null } = check;
    const now = new Date().toISOString();
    this.#tell("bowline-checked", { ...connection, lastCheck: { at: now, ok, proved, problem } });
  }

  async #startRename(): Promise<void> {
    this.renaming = true;
    this.nameError = null;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>("#new-name")?.select();
  }

  async #endRename(): Promise<void> {
    this.renaming = false;
    await this.updateComplete;
    this.#focus("rename-button");
  }

  async #rename(event: Event): Promise<void> {
    event.preventDefault();
    const { client, connection } = this;
    const name = this.renderRoot.querySelector<HTMLInputElement>("#new-name")?.value.trim() ?? "";
    if (client === null || connection === null || this.busy) return;
    if (name === connection.name) return this.#endRename();
    this.busy = true;
    try {
      const renamed = await client.edit(connection, { name });
      this.#tell("bowline-renamed", renamed);
      await this.#endRename();
    } catch (error) {
      this.nameError = asApiError(error);
      this.renderRoot.querySelector<HTMLInputElement>("#new-name")?.focus();
      // Gone, changed by somebody else, or signed out: the list knows what to do.
      if ([401, 404, 412].includes(this.nameError.status)) this.#refused(this.nameError);
    } finally {
      this.busy = false;
    }
  }

  #tell(type: "bowline-toggle" | "bowline-remove" | "bowline-renamed" | "bowline-checked", connection = this.connection): void {
    if (connection === null) return;
    const detail: RowDetail = { connection };
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #refused(error: ApiError): void {
    this.dispatchEvent(new CustomEvent("bowline-refused", { detail: error, bubbles: true, composed: true }));
  }

  #focus(testId: string): void {
    this.renderRoot.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.focus();
  }

  /** The button that had the focus is gone; nobody put it elsewhere. */
  #focusIfLost(): void {
    if (document.activeElement === document.body || document.activeElement === null) this.#focus("check-button");
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      :host {
        container-type: inline-size;
      }
      .row {
        display: grid;
        grid-template-columns: 0.5rem minmax(0, 1fr);
        gap: 0.25rem 0.875rem;
        align-items: center;
        padding: 0.875rem 1rem;
      }
      .dot {
        align-self: start;
        width: 0.5rem;
        height: 0.5rem;
        margin-block-start: 0.5rem;
        border-radius: 50%;
        background: var(--line);
      }
      .dot.good {
        background: light-dark(#2a9d68, #4cc38a);
      }
      .dot.partial {
        background: light-dark(#d29922, #eebd5c);
      }
      .dot.bad {
        background: light-dark(#d1372c, #ff7b6f);
      }
      .what {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      button.name {
        display: inline-flex;
        justify-content: flex-start;
        gap: 0.25rem;
        min-height: 1.5rem;
        padding: 0;
        border: 0;
        background: none;
        text-align: start;
        font-weight: 600;
      }
      button.name svg {
        width: 0.875rem;
        height: 0.875rem;
        color: var(--quiet);
        transition: rotate 0.12s;
      }
      button.name:dir(rtl) svg {
        rotate: 180deg;
      }
      :host([open]) button.name svg {
        rotate: 90deg;
      }
      .state,
      .buttons {
        grid-column: 2;
      }
      .state {
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      .state .bad {
        color: var(--bad);
      }
      .state .warn {
        color: var(--warn);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        margin-inline-start: -0.625rem;
      }
      .rename {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      .rename input {
        flex: 1 1 12rem;
        width: auto;
      }
      .name-error {
        flex-basis: 100%;
        color: var(--bad);
      }
      .name-error:empty {
        display: none;
      }
      .places {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-block-end: 1.25rem;
      }
      .details {
        display: grid;
        gap: 1.5rem;
        padding-block: 0.25rem 1.25rem;
        padding-inline: 2.375rem 1rem;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, auto) 1fr;
        gap: 0.3125rem 1rem;
        align-content: start;
        font-size: 0.875rem;
      }
      dt {
        color: var(--quiet);
      }
      dd {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      @container (min-width: 44rem) {
        .row {
          grid-template-columns: 0.5rem minmax(0, 1fr) auto auto;
          column-gap: 1rem;
          padding-inline: 1.25rem;
        }
        .state,
        .buttons {
          grid-column: auto;
          margin: 0;
        }
        .state {
          width: 11.5rem;
        }
        .details {
          grid-template-columns: 1fr minmax(18rem, 22rem);
          padding-inline: 2.75rem 1.25rem;
        }
      }
    `,
  ];
}

function healthOf(last: LastCheck | null): Health {
  if (last === null) return "unknown";
  if (!last.ok) return "bad";
  return last.proved === "login" || last.proved === "pull" ? "good" : "partial";
}

function stateOf(connection: Connection): TemplateResult {
  const { list } = text();
  const { lastCheck: last, expiresAt } = connection;
  const now = Date.now();
  const labels: Record<Health, string> = { unknown: list.neverChecked, good: list.passed, partial: list.unproven, bad: list.broken };
  const health = healthOf(last);
  const when = fromNow(expiresAt ?? "", now);
  const expired = isNear(expiresAt ?? "", now, 0);
  return html`
    <p class=${health} data-testid="connection-state" data-state=${health}>
      ${labels[health]}${last === null ? nothing : html`<span class="quiet" title=${inFull(last.at)}> · ${fromNow(last.at, now)}</span>`}
    </p>
    ${isNear(expiresAt ?? "", now, NEAR_DAYS) ? html`<p class=${expired ? "bad" : "warn"}>${(expired ? list.expired : list.expires)(when)}</p>` : nothing}
  `;
}

/** Who uses a connection, and until when. */
export function nameOfUse({ consumer, title, until }: Use): string {
  const name = title || consumer;
  return until ? `${name} (${text().list.until(inFull(until))})` : name;
}

function lastProblem(problem: NonNullable<LastCheck["problem"]>): TemplateResult {
  const { title, detail, hint } = problemText(problem);
  return html`<div class="notice bad">
    ${icon("alert")}
    <div>
      <strong>${title}</strong>
      ${detail ? html`<p>${detail}</p>` : nothing}${hint ? html`<p>${hint}</p>` : nothing}
    </div>
  </div>`;
}

function sentence(error: ApiError): string {
  const finding = error.findings[0]?.message;
  return finding ?? [error.message, error.detail].filter((part) => part !== "").join(". ");
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-connection-row": BowlineConnectionRow;
  }
  interface HTMLElementEventMap {
    "bowline-open": CustomEvent<OpenDetail>;
    "bowline-renamed": CustomEvent<RowDetail>;
    "bowline-checked": CustomEvent<RowDetail>;
    "bowline-remove": CustomEvent<RowDetail>;
    "bowline-toggle": CustomEvent<RowDetail>;
    "bowline-refused": CustomEvent<ApiError>;
  }
}
