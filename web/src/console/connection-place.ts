import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ConnectionsClient } from "../api/client.js";
import { asApiError, isAbort, type ApiError } from "../api/problem.js";
import type { Connection } from "../api/types.js";
import "../elements/connection-form.js";
import type { SavedDetail } from "../elements/connection-form.js";
import "../elements/image-browser.js";
import { icon } from "../elements/icons.js";
import "../elements/policy-editor.js";
import { text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import { formatRoute, TABS, type Tab } from "./route.js";

/**
 * The place of one connection: its pull rules, its images, its credentials.
 *
 * Properties: `client`, `connectionId`, `tab`, `write` (whether anything may be changed).
 */
@customElement("bowline-connection-place")
export class BowlineConnectionPlace extends LitElement {
  @property({ attribute: false }) client: ConnectionsClient | null = null;
  @property() connectionId = "";
  @property() tab: Tab = "policy";
  @property({ type: Boolean }) write = false;

  @state() private connection: Connection | null = null;
  @state() private error: ApiError | null = null;

  #request: AbortController | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request?.abort();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("connectionId") || (changed.has("client") && this.connection === null)) void this.#load();
  }

  protected override render(): TemplateResult {
    const { console: page } = text();
    if (this.error !== null) return this.#failure(this.error);
    const { connection } = this;
    return html`
      <h1 tabindex="-1">${connection?.name ?? "…"}</h1>
      <p class="quiet lead mono">${connection?.endpoint ?? " "}</p>
      <nav aria-label=${connection?.name ?? ""}>
        ${TABS.filter((tab) => tab !== "credentials" || this.write).map((tab) => html`<a href=${formatRoute({ at: "connection", id: this.connectionId, tab })}
          data-testid="tab-${tab}" aria-current=${tab === this.tab ? "page" : nothing}>${page.tabs[tab]}</a>`)}
      </nav>
      ${connection === null ? html`<p class="quiet" role="status">${text().form.loading}</p>` : this.#content(connection)}
    `;
  }

  #content(connection: Connection): TemplateResult {
    switch (this.tab) {
      case "policy":
        return html`<bowline-policy-editor .client=${this.client} .connection=${connection} ?readonly=${!this.write} @bowline-saved=${this.#saved}></bowline-policy-editor>`;
      case "images":
        return html`<bowline-image-browser .client=${this.client} .connection=${connection}></bowline-image-browser>`;
      case "credentials":
        return html`<bowline-connection-form .client=${this.client} .connection=${connection} @bowline-saved=${this.#saved}
          @bowline-replace=${() => (location.hash = formatRoute({ at: "new", provider: "", auth: "", from: connection.id }))}></bowline-connection-form>`;
    }
  }

  #saved({ detail }: CustomEvent<SavedDetail>): void {
    this.connection = detail.connection;
  }

  async #load(): Promise<void> {
    this.#request?.abort();
    if (this.client === null || this.connectionId === "") return;
    const request = new AbortController();
    this.#request = request;
    this.connection = null;
    this.error = null;
    try {
      this.connection = await this.client.read(this.connectionId, request.signal);
    } catch (error) {
      if (isAbort(error)) return;
      this.error = asApiError(error);
      if (this.error.signedOut) this.dispatchEvent(new CustomEvent("bowline-signed-out", { bubbles: true, composed: true }));
    }
  }

  #failure(error: ApiError): TemplateResult {
    const { console: page, list } = text();
    const gone = error.status === 404;
    return html`<h1 tabindex="-1">${gone ? page.notFound : page.connection}</h1>
    <div class="notice bad failure" role="alert" data-testid="problem" data-code=${error.code}>
      ${icon("alert")}
      <div>
        <strong>${gone ? page.connectionMissing : error.message}</strong>
        <p>${gone ? page.connectionMissingDetail : error.detail}</p>
        ${gone ? nothing : html`<button type="button" @click=${() => this.#load()}>${list.retry}</button>`}
      </div>
    </div>`;
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      h1 {
        margin: 0;
        outline: none;
        font-size: 1.5rem;
        font-weight: 650;
        letter-spacing: -0.015em;
        line-height: 1.25;
        overflow-wrap: anywhere;
      }
      .lead {
        margin-block-end: 1rem;
        overflow-wrap: anywhere;
      }
      .failure {
        margin-block-start: 1rem;
      }
      nav {
        display: flex;
        gap: 1.25rem;
        margin-block-end: 1.25rem;
        border-block-end: 1px solid var(--line);
        overflow-x: auto;
      }
      nav a {
        padding-block: 0.5rem;
        border-block-end: 2px solid transparent;
        color: var(--quiet);
        font-weight: 600;
        text-decoration: none;
        white-space: nowrap;
      }
      nav a:hover {
        color: var(--text);
      }
      nav a[aria-current] {
        border-color: var(--accent);
        color: var(--text);
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-connection-place": BowlineConnectionPlace;
  }
}
