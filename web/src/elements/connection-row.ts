import type { Provider } from "bowline";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ConnectionsClient } from "../api/client.js";
import { asApiError, type ApiError } from "../api/problem.js";
import type { Connection } from "../api/types.js";
import { dockerCommands } from "../form/commands.js";
import { findingText, text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import { CheckRun } from "./check-run.js";
import { connectionFacts, healthOf, stateOf } from "./connection-facts.js";
import { rowLayout } from "./connection-row-layout.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { problemBox, sentenceOf } from "./failure.js";
import { icon } from "./icons.js";

/** What the user may do with connections. */
export interface Permissions {
  readonly write: boolean;
  readonly delete: boolean;
}

/** `bowline-renamed`, `bowline-checked`: the current connection. */
export interface RowDetail {
  readonly connection: Connection;
}

/** The part of a connection to open. `copy` starts a new connection from it. */
export type ConnectionPlace = "policy" | "images" | "use" | "credentials" | "copy";

/** `bowline-open`: the user opens a part of a connection. */
export interface OpenDetail {
  readonly id: string;
  readonly place: ConnectionPlace;
}

/**
 * One connection in the list: its state, details, renaming, and a new check.
 *
 * Events: `bowline-open` with {@link OpenDetail}; `bowline-renamed`, `bowline-checked`, `bowline-remove` and `bowline-toggle` with {@link RowDetail};
 * `bowline-refused` with the ApiError of a failed request.
 */
@element("bowline-connection-row")
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
      <label for="new-name">${list.renameLabel}</label>
      <input id="new-name" name="name" data-testid="rename-input" maxlength="64" autocomplete="off" spellcheck="false" .value=${connection.name}
        aria-invalid=${this.nameError === null ? "false" : "true"} aria-describedby="name-error" />
      <label for="new-description">${list.description}</label>
      <input id="new-description" name="description" data-testid="description-input" maxlength="4096" autocomplete="off" .value=${connection.description} />
      <div class="buttons">
      <button type="submit" class="primary" data-testid="rename-save-button" aria-disabled=${this.busy ? "true" : "false"}>${list.renameSave}</button>
      <button type="button" class="ghost" data-testid="rename-cancel-button" @click=${this.#endRename}>${list.renameCancel}</button>
      </div>
      <p id="name-error" class="small name-error" role="alert">${this.nameError === null ? nothing : said(this.nameError)}</p>
    </form>`;
  }

  #buttons(connection: Connection): TemplateResult {
    const { list } = text();
    const { running } = this.#run;
    const checking = [list.check, list.cancelCheck];
    const named = (label: string): string => `${label}: ${connection.name}`;
    return html`<div class="buttons">
      ${
        running
          ? html`<button type="button" class="ghost" data-testid="cancel-button" aria-label=${named(list.cancelCheck)} @click=${() => this.#run.cancel()}>${either(checking, 1)}</button>`
          : html`<button type="button" class="ghost" data-testid="check-button" aria-label=${named(list.check)} @click=${this.#check}>${either(checking, 0)}</button>`
      }
      ${
        this.may.write
          ? html`<button type="button" class="ghost" data-testid="rename-button" aria-label=${named(list.rename)} @click=${this.#startRename}>${list.rename}</button>`
          : nothing
      }
      ${
        this.may.delete
          ? html`<button type="button" class="ghost" data-testid="remove-button" aria-label=${named(list.remove)} @click=${() => this.#tell("bowline-remove")}>${list.remove}</button>`
          : nothing
      }
    </div>`;
  }

  #details(connection: Connection): TemplateResult {
    const problem = connection.lastCheck?.problem;
    const tested = this.#run.started || problem != null;
    return html`<div class="details ${tested ? "tested" : ""}">
      ${!tested ? nothing : this.#run.started ? this.#result(connection) : html`<div>${problem == null ? nothing : problemBox(problem)}</div>`}
      <div>${this.#places(connection)} ${connectionFacts(connection, this.provider)}</div>
    </div>`;
  }

  #result(connection: Connection): TemplateResult {
    return html`<div class="result" role="region" aria-label=${text().check.heading}>
      ${this.#run.render(false, this.#commands(connection), true)}
    </div>`;
  }

  #commands({ endpoint, values, image }: Connection): readonly string[] {
    return dockerCommands(endpoint, { values, image }, this.#run.check?.facts?.image);
  }

  /** Links to the parts of the connection. */
  #places(connection: Connection): TemplateResult {
    const { list } = text();
    const places: readonly [ConnectionPlace, string, boolean][] = [
      ["policy", list.rules, true],
      ["images", list.images, true],
      ["use", list.use, true],
      ["credentials", list.rotate, this.may.write],
      ["copy", list.replace, this.may.write],
    ];
    return html`<div class="places">
      ${places
        .filter(([, , offered]) => offered)
        .map(
          ([place, label]) => html`<button type="button" data-testid="${place}-button"
        @click=${() => this.#open(connection, place)}>${label}</button>`,
        )}
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
    const typed = (id: string): string => this.renderRoot.querySelector<HTMLInputElement>(id)?.value.trim() ?? "";
    const [name, description] = [typed("#new-name"), typed("#new-description")];
    if (client === null || connection === null || this.busy) return;
    const change = {
      ...(name === connection.name ? {} : { name }),
      ...(description === connection.description ? {} : { description }),
    };
    if (Object.keys(change).length === 0) return this.#endRename();
    this.busy = true;
    try {
      const renamed = await client.edit(connection, change);
      this.#tell("bowline-renamed", renamed);
      await this.#endRename();
    } catch (error) {
      this.nameError = asApiError(error);
      this.renderRoot.querySelector<HTMLInputElement>("#new-name")?.focus();
      // Gone, changed by somebody else, or signed out: the list handles it.
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

  /** The focused button is gone, and the focus was not moved. */
  #focusIfLost(): void {
    if (document.activeElement === document.body || document.activeElement === null) this.#focus("check-button");
  }

  static override styles = [theme, controls, notices, rowLayout];
}

/** Why a name was rejected. */
function said(error: ApiError): string {
  const [finding] = error.findings;
  return finding === undefined ? sentenceOf(error) : findingText(finding);
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
