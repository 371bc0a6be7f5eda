import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Provider } from "bowline";
import type { AuditClient, ConnectionsClient, ProjectClient } from "../api/client.js";
import type { PullingClient } from "../api/pulling.js";
import { ApiError, asApiError, isAbort } from "../api/problem.js";
import type { Connection } from "../api/types.js";
import type { BowlineConnectionForm, ChangeDetail, SavedDetail } from "../elements/connection-form.js";
import { element } from "../elements/element.js";
import { failure } from "../elements/failure.js";
import { icon } from "../elements/icons.js";
import { blank } from "../elements/list-parts.js";
import type { BowlinePolicyEditor } from "../elements/policy-editor.js";
import type { PolicyDetail } from "../elements/policy-form.js";
import { text } from "../messages.js";
import { loadRegistryTypes } from "../registry-types.js";
import { lists } from "../styles/lists.js";
import { strip } from "../styles/strip.js";
import { controls, notices, theme } from "../styles/theme.js";
import { formatRoute, TABS, type Tab } from "./route.js";
import { entitle } from "./title.js";
import { Unsaved } from "./unsaved.js";

/** Each tab's content is loaded on demand. */
const PARTS: Readonly<Record<Tab, () => Promise<unknown>>> = {
  policy: () => import("../elements/policy-editor.js"),
  images: () => import("./images-place.js"),
  scans: () => import("../elements/scan-list.js"),
  registry: () => import("../elements/image-browser.js"),
  use: () => import("../elements/job-snippets.js"),
  credentials: () => import("../elements/connection-form.js"),
  events: () => import("../elements/event-setup.js"),
  activity: () => import("../elements/audit-log.js"),
};

/**
 * The page of one connection: pull rules, images, scans, registry, webhook, and credentials.
 *
 * Properties: `client`, `connectionId`, `tab`, `write` (whether anything may be changed), `unsaved`.
 */
@element("bowline-connection-place")
export class BowlineConnectionPlace extends LitElement {
  @property({ attribute: false }) client: (AuditClient & ConnectionsClient & ProjectClient & PullingClient) | null = null;
  @property() connectionId = "";
  @property() tab: Tab = "policy";
  @property({ type: Boolean }) write = false;
  @property({ attribute: false }) unsaved = new Unsaved();

  @state() private connection: Connection | null = null;
  @state() private error: ApiError | null = null;
  /** The loaded tabs. */
  @state() private loaded: ReadonlySet<Tab> = new Set();
  @state() private known: readonly Provider[] = [];

  #request: AbortController | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    loadRegistryTypes().then(
      (types) => (this.known = types),
      () => undefined,
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request?.abort();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("tab")) void this.#loadPart(this.tab);
    if (changed.has("connectionId") || (changed.has("client") && this.connection === null)) void this.#load();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("tab") || changed.has("connection")) {
      const { connectionMissing, connection, tabs } = text().console;
      entitle(...(this.error?.status === 404 ? [connectionMissing] : [tabs[this.tab], this.connection?.name ?? connection]));
      // On a phone, scroll the active tab into view.
      this.renderRoot.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  protected override render(): TemplateResult {
    const { console: page } = text();
    if (this.error !== null) return this.#failure(this.error);
    const { connection } = this;
    return html`
      <h1 tabindex="-1">${connection?.name ?? "…"}</h1>
      <p class="quiet lead mono">${connection?.endpoint ?? "\u00a0"}</p>
      <nav aria-label=${connection?.name ?? ""}>
        ${TABS.filter((tab) => this.#offered(tab)).map(
          (tab) => html`<a href=${formatRoute({ at: "connection", id: this.connectionId, tab })}
          data-testid="tab-${tab}" aria-current=${tab === this.tab ? "page" : nothing}>${page.tabs[tab]}</a>`,
        )}
      </nav>
      ${connection === null || !this.loaded.has(this.tab) ? html`<p class="quiet" role="status">${text().form.loading}</p>` : this.#content(connection)}
    `;
  }

  #offered(tab: Tab): boolean {
    if (tab === "credentials") return this.write;
    if (tab === "events") return this.#can("events");
    return tab !== "registry" || this.#can("catalog");
  }

  /** Hide the tabs that a registry does not support, once this is known. */
  #can(what: "catalog" | "events"): boolean {
    return this.known.find(({ id }) => id === this.connection?.provider)?.capabilities[what] !== false;
  }

  #content(connection: Connection): TemplateResult {
    const { client } = this;
    const readonly = !this.write;
    switch (this.tab) {
      case "policy":
        return html`<bowline-policy-editor .client=${client} .connection=${connection} ?readonly=${readonly} .restored=${this.unsaved.policy(connection.id)}
          @bowline-policy=${this.#typedRules} @bowline-saved=${this.#saved}></bowline-policy-editor>`;
      case "images":
        return html`<bowline-images-place .client=${client} .connection=${connection} ?readonly=${readonly}
          ?unlisted=${!this.#can("catalog")}></bowline-images-place>`;
      case "scans":
        return html`<bowline-scan-list .client=${client} .connection=${connection} ?readonly=${readonly}></bowline-scan-list>`;
      case "registry":
        return html`<bowline-image-browser .client=${client} .connection=${connection}></bowline-image-browser>`;
      case "use":
        return html`<bowline-job-snippets .connection=${connection}></bowline-job-snippets>`;
      case "credentials":
        // The user may have the URL of a hidden tab.
        if (readonly) return blank("cannot-change", "lock", text().console.cannotChange, text().console.cannotAddDetail);
        return html`<bowline-connection-form .client=${client} .connection=${connection} .restored=${this.unsaved.form(connection.id)}
          @bowline-change=${this.#typedCredentials} @bowline-saved=${this.#saved}
          @bowline-replace=${() => (location.hash = formatRoute({ at: "new", provider: "", auth: "", from: connection.id }))}></bowline-connection-form>`;
      case "events":
        return html`<bowline-event-setup .client=${client} .connection=${connection} ?readonly=${readonly}>
          <a slot="rules" href=${formatRoute({ at: "connection", id: connection.id, tab: "policy" })}>${text().events.turnOn}</a>
        </bowline-event-setup>`;
      case "activity":
        return html`<bowline-audit-log .client=${client} .connection=${connection}></bowline-audit-log>`;
    }
  }

  #saved({ detail }: CustomEvent<SavedDetail>): void {
    this.connection = detail.connection;
    if (this.tab === "policy") this.unsaved.keepPolicy(detail.connection.id, null);
    else this.unsaved.keepForm(detail.connection.id, null);
  }

  #typedRules({ currentTarget, detail }: CustomEvent<PolicyDetail>): void {
    const { connection } = this;
    if (connection === null) return;
    // The editor handles it first, so that this change counts.
    const { unsaved: changed } = currentTarget as BowlinePolicyEditor;
    const unsaved = changed ? { policy: detail.policy, from: connection.policy } : null;
    this.unsaved.keepPolicy(connection.id, unsaved);
  }

  #typedCredentials({ currentTarget, detail }: CustomEvent<ChangeDetail>): void {
    if (this.connection === null) return;
    this.unsaved.keepForm(this.connection.id, (currentTarget as BowlineConnectionForm).unsaved ? detail.form : null);
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

  async #loadPart(tab: Tab): Promise<void> {
    try {
      await PARTS[tab]();
      this.loaded = new Set(this.loaded).add(tab);
    } catch {
      this.error = new ApiError({ code: "page.unloaded", title: text().form.loadFailed, detail: text().errors.networkDetail }, 0);
    }
  }

  async #again(): Promise<void> {
    await Promise.all([this.#load(), this.#loadPart(this.tab)]);
  }

  #failure(error: ApiError): TemplateResult {
    const { console: page } = text();
    if (error.status !== 404) return html`<h1 tabindex="-1">${page.connection}</h1>${failure(error, () => this.#again())}`;
    return html`<h1 tabindex="-1">${page.notFound}</h1>
    <div class="notice bad" role="alert" data-testid="problem" data-code=${error.code}>
      ${icon("alert")}
      <div>
        <strong>${page.connectionMissing}</strong>
        <p>${page.connectionMissingDetail}</p>
      </div>
    </div>`;
  }

  static override styles = [
    theme,
    controls,
    notices,
    lists,
    strip,
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
      .notice {
        margin-block-start: 1rem;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-connection-place": BowlineConnectionPlace;
  }
}
