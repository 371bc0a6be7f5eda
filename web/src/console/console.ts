import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { HttpClient } from "../api/client.js";
import type { ConnectionForm } from "bowline";
import { isAbort } from "../api/problem.js";
import type { BowlineConnectionForm, ChangeDetail, SavedDetail } from "../elements/connection-form.js";
import "../elements/connection-list.js";
import type { SelectDetail } from "../elements/connection-list.js";
import type { OpenDetail } from "../elements/connection-row.js";
import { element } from "../elements/element.js";
import { icon } from "../elements/icons.js";
import { blank } from "../elements/list-parts.js";
import { formOf } from "../form/kept.js";
import { text } from "../messages.js";
import { registryType } from "../registry-types.js";
import { lists } from "../styles/lists.js";
import { controls, notices, theme } from "../styles/theme.js";
import { formatRoute, parseRoute, type Route } from "./route.js";
import { identityProvider } from "./identity-provider.js";
import { currentSession, forgetToken, keepProject, keepToken, parseToken, spendState, takeArrival, type Arrival, type Session } from "./session.js";
import { failureIn, SignInError } from "./sign-in-error.js";
import "./sign-in-question.js";
import { Tabs } from "./tabs.js";
import { entitle } from "./title.js";
import { Unsaved } from "./unsaved.js";

/** The console: the session, the route, and its element. */
@element("bowline-console")
export class BowlineConsole extends LitElement {
  @state() private session: Session | null = null;
  @state() private expired = false;
  /** The session from a link, until the user answers. */
  @state() private offered: Session | null = null;
  /** Why a link was rejected. */
  @state() private refused = "";
  /** Whether the page is asking the other tabs or the identity provider for a session. */
  @state() private asking = false;
  @state() private route: Route = parseRoute(location.hash);
  @state() private online = navigator.onLine;
  @state() private toast = "";
  /** The next steps for the saved connection. */
  @state() private next: readonly { readonly label: string; readonly route: Route }[] = [];
  /** A part of the page could not be loaded. */
  @state() private unloaded = false;
  /** The template of a new connection. */
  @state() private template: ConnectionForm | null = null;

  #client: HttpClient | null = null;
  #unsaved = new Unsaved();
  /** The session of the rendered route. When it ends, the form stays for the user's return. */
  #last: Session | null = null;
  /** Changes with each user, so that nobody sees another user's input. */
  #generation = 0;
  readonly #arrival: Arrival | null;
  readonly #answer: URLSearchParams | null;
  readonly #listen = new AbortController();
  readonly #tabs = new Tabs({ offer: kept, end: (token) => this.#endedElsewhere(token) });

  /** `arrival` is the token from the URL. `answer` is the identity provider's response. */
  constructor(arrival: Arrival | null = null, answer: URLSearchParams | null = null) {
    super();
    this.#arrival = arrival;
    this.#answer = answer;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signal } = this.#listen;
    addEventListener("hashchange", () => this.#moved(), { signal });
    addEventListener("online", () => (this.online = true), { signal });
    addEventListener("beforeunload", (event) => this.#unsaved.any && event.preventDefault(), { signal });
    addEventListener("offline", () => (this.online = false), { signal });
    if (this.#arrival === null || !this.#offer(this.#arrival)) this.#signIn();
    if (this.#answer !== null && this.offered === null) void this.#finish(this.#answer);
    else if (this.session === null) void this.#askTabs();
    void this.#prepare();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listen.abort();
    this.#tabs.close();
  }

  protected override updated(): void {
    const { console: page, list } = text();
    const { at } = this.route;
    if (this.session === null || this.offered !== null) entitle(page.signIn);
    // Connection and project pages set their own title.
    else if (at !== "connection" && at !== "project") entitle({ list: list.heading, new: page.newHeading, nowhere: page.notFound }[at]);
  }

  protected override render(): TemplateResult {
    const { console: page } = text();
    return html`
      <header>
        <button type="button" class="skip" @click=${this.#skip}>${page.skip}</button>
        <a class="brand" href="#/connections">${logo()}<span>${page.product}</span></a>
        ${
          this.session === null || this.offered !== null
            ? nothing
            : html`
          ${this.#project(this.session)}
          ${
            this.session.may.read
              ? html`<a class="settings" href=${formatRoute({ at: "project", tab: "settings" })} data-testid="project-link"
            aria-current=${this.route.at === "project" ? "page" : nothing}>${page.projectSettings}</a>`
              : nothing
          }
          <button type="button" class="ghost" data-testid="sign-out-button" title=${this.session.subject} @click=${this.#signOut}>${page.signOut}</button>
        `
        }
      </header>
      <main id="main" tabindex="-1" @bowline-signed-out=${this.#signedOut} @bowline-signed-in=${this.#signIn}>
        ${this.#signInPage()}
        <div ?hidden=${this.session === null || this.offered !== null}>${this.#last === null ? nothing : keyed(this.#generation, this.#place(this.#last))}</div>
      </main>
      <div class="said" role="status">
        ${
          !this.online
            ? html`<p class="notice warn" data-testid="offline">${icon("warning")}<span>${page.offline}</span></p>`
            : this.session !== null && this.refused !== ""
              ? this.#said("warn", this.refused, () => (this.refused = ""))
              : this.toast === ""
                ? nothing
                : this.#said("good", this.toast, () => (this.toast = ""))
        }
      </div>
    `;
  }

  #signInPage(): TemplateResult | typeof nothing {
    if (this.offered !== null) {
      return html`<bowline-sign-in-question .session=${this.offered} .current=${this.session ?? kept()}
        @bowline-continue=${this.#continue} @bowline-cancel=${this.#cancel}></bowline-sign-in-question>`;
    }
    if (this.session !== null || this.asking) return nothing;
    if (this.unloaded) return unloaded();
    // Most visits are signed in already.
    import("./sign-in.js").catch(() => (this.unloaded = true));
    return html`<bowline-sign-in ?expired=${this.expired} .refused=${this.refused}></bowline-sign-in>`;
  }

  #place(session: Session): TemplateResult {
    const { console: page, list } = text();
    const { route } = this;
    if (this.unloaded) return unloaded();
    if (route.at === "nowhere") {
      return html`<h1 tabindex="-1">${page.notFound}</h1>
        <p class="quiet">${page.notFoundDetail} <a href="#/connections">${page.back}</a></p>`;
    }
    if (route.at === "list") {
      return html`
        <h1 tabindex="-1">${list.heading}</h1>
        ${
          session.may.read
            ? html`<bowline-connection-list .client=${this.#client} .may=${session.may} .selected=${route.selected}
              @bowline-add=${() => this.#go({ at: "new", provider: "", auth: "", from: "" })}
              @bowline-open=${this.#opened} @bowline-select=${this.#selected}></bowline-connection-list>`
            : blank("forbidden", "lock", list.forbidden, list.forbiddenDetail)
        }
      `;
    }
    if (route.at === "connection") {
      return html`
        <a class="back" href=${formatRoute({ at: "list", selected: route.id })}>${icon("back")}${page.back}</a>
        ${
          session.may.read
            ? html`<bowline-connection-place .client=${this.#client} .connectionId=${route.id} .tab=${route.tab} ?write=${session.may.write}
              .unsaved=${this.#unsaved} @bowline-saved=${this.#changedOne}></bowline-connection-place>`
            : blank("forbidden", "lock", list.forbidden, list.forbiddenDetail)
        }
      `;
    }
    if (route.at === "project") {
      return session.may.read
        ? html`<bowline-project-place .client=${this.#client} .project=${session.project} .tab=${route.tab} ?write=${session.may.write}></bowline-project-place>`
        : blank("forbidden", "lock", list.forbidden, list.forbiddenDetail);
    }
    if (route.from !== "" && this.template === null) return html`<p class="quiet" role="status">${text().form.loading}</p>`;
    return html`
      <a class="back" href="#/connections">${icon("back")}${page.back}</a>
      <h1 tabindex="-1">${page.newHeading}</h1>
      ${
        session.may.write
          ? html`<p class="lead quiet">${page.newLead}</p>
            <bowline-connection-form .client=${this.#client} .provider=${route.provider} .auth=${route.auth} .template=${this.template} .restored=${this.#restored(route)}
              @bowline-change=${this.#changed} @bowline-saved=${this.#saved} @bowline-open=${this.#opened}></bowline-connection-form>`
          : blank("cannot-add", "lock", page.cannotAdd, page.cannotAddDetail)
      }
    `;
  }

  #project({ project, projects }: Session): TemplateResult {
    if (projects.length < 2) return html`<span class="project" data-testid="project">${project}</span>`;
    const choose = (event: Event): void => {
      if (!(event.currentTarget instanceof HTMLSelectElement)) return;
      keepProject(event.currentTarget.value);
      this.#startAnew();
      this.#signIn();
      this.#go({ at: "list", selected: "" });
    };
    return html`<div class="project"><select data-testid="project-select" aria-label=${text().console.project} @change=${choose}>
      ${projects.map((one) => html`<option value=${one} .selected=${one === project}>${one}</option>`)}
    </select></div>`;
  }

  #said(look: "good" | "warn", words: string, dismiss: () => void): TemplateResult {
    const next = look === "good" ? this.next : [];
    return html`<div class="notice ${look}" data-testid=${look === "good" ? "toast" : "link-refused"}>
      ${icon(look === "good" ? "check" : "warning")}
      <div>
        ${words}
        ${
          next.length === 0
            ? nothing
            : html`<p class="next">${text().console.savedNext} ${next.map(
                ({ label, route }) => html`<a href=${formatRoute(route)} data-testid="next-link">${label}</a> `,
              )}</p>`
        }
      </div>
      <button type="button" class="ghost" aria-label=${text().console.dismiss} @click=${dismiss}>${icon("cross")}</button>
    </div>`;
  }

  // --- session

  readonly #signIn = (): void => {
    const session = currentSession(Date.now());
    this.expired = session === "expired";
    if (session === null || typeof session === "string") {
      forgetToken();
      this.session = null;
      return;
    }
    this.refused = "";
    this.session = session;
    this.#last = session;
    this.#client = new HttpClient({ project: session.project, token: () => session.token });
  };

  /** Asks about the token from the URL. Returns whether there is one. */
  #offer({ token, state }: Arrival): boolean {
    const { linkErrors } = text().console;
    const session = parseToken(token, Date.now());
    const error = state !== null && !spendState(state) ? "state" : typeof session === "string" ? session : null;
    this.refused = error === null ? "" : linkErrors[error];
    if (typeof session === "string" || error !== null || kept()?.token === session.token) return false;
    this.offered = session;
    return true;
  }

  #continue(): void {
    if (this.offered === null) return;
    const { subject, project, token } = this.offered;
    keepToken(token);
    if (this.#last?.subject !== subject || this.#last.project !== project) this.#startAnew();
    this.#answered();
  }

  /** Another user or project: clear unsaved input. */
  #startAnew(): void {
    this.#generation += 1;
    this.#unsaved = new Unsaved();
  }

  #cancel(): void {
    this.#answered();
    if (this.session === null) void this.#askTabs();
  }

  #answered(): void {
    this.offered = null;
    this.#signIn();
    void this.#prepare();
    void this.#focusHeading();
  }

  /** Signs in with the identity provider's response. */
  async #finish(answer: URLSearchParams): Promise<void> {
    const { providerTokenErrors, signInErrors } = text().console;
    this.asking = true;
    try {
      const provider = await identityProvider();
      const { finish } = await import("./oidc.js");
      if (provider === null) throw new SignInError("state");
      const { token, place } = await finish(provider, answer);
      history.replaceState(null, "", location.pathname + place);
      this.route = parseRoute(place);
      const session = parseToken(token, Date.now());
      if (typeof session === "string") this.refused = providerTokenErrors[session];
      else keepToken(token);
    } catch (error) {
      this.refused = signInErrors[failureIn(error)];
    }
    this.asking = false;
    if (this.refused !== "") return;
    this.#signIn();
    await this.#prepare();
  }

  /** Uses another tab's session, if there is one. */
  async #askTabs(): Promise<void> {
    this.asking = true;
    const found = await this.#tabs.ask();
    this.asking = false;
    if (found === null || this.session !== null || kept() !== null || typeof parseToken(found.token, Date.now()) === "string") return;
    keepToken(found.token);
    keepProject(found.project);
    // An open question shows the current user.
    if (this.offered !== null) return this.requestUpdate();
    this.#signIn();
    await this.#prepare();
  }

  #signedOut(): void {
    forgetToken();
    this.session = null;
    this.expired = true;
  }

  #signOut(): void {
    if (this.session !== null) this.#tabs.ended(this.session.token);
    this.#forget();
  }

  #endedElsewhere(token: string): void {
    if (kept()?.token === token) this.#forget();
  }

  #forget(): void {
    forgetToken();
    this.#startAnew();
    this.session = null;
    this.#last = null;
    this.expired = false;
    this.toast = "";
  }

  // --- places

  #go(route: Route): void {
    location.hash = formatRoute(route);
  }

  #moved(): void {
    const arrival = takeArrival();
    if (arrival !== null && this.#offer(arrival)) void this.#focusHeading();
    const before = this.route;
    this.route = parseRoute(location.hash);
    void this.#prepare();
    // Only the list shows what was saved.
    if (this.route.at !== "list" || before.at === "list") this.toast = "";
    if (this.route.at === before.at) return;
    void this.#focusHeading();
  }

  /** Loads what a route needs before rendering. */
  async #prepare(): Promise<void> {
    const { route } = this;
    this.unloaded = false;
    try {
      // Not part of the first load, because most visits stay at the list.
      if (route.at === "connection") await import("./connection-place.js");
      if (route.at === "project") await import("./project-place.js");
      if (route.at === "new") await import("../elements/connection-form.js");
    } catch {
      this.unloaded = true;
    }
    if (route.at !== "new" || route.from === "" || this.#client === null) {
      this.template = null;
      return;
    }
    try {
      this.template = formOf(await this.#client.read(route.from));
    } catch (error) {
      // Without it, the form starts empty.
      if (!isAbort(error)) this.#go({ at: "new", provider: "", auth: "", from: "" });
    }
  }

  async #focusHeading(): Promise<void> {
    await this.updateComplete;
    scrollTo({ top: 0 });
    const question = this.renderRoot.querySelector("bowline-sign-in-question");
    await question?.updateComplete;
    (question ?? this.renderRoot.querySelector<HTMLElement>("h1"))?.focus();
  }

  /** An open connection is a route, but opening it adds no history entry. */
  #selected({ detail }: CustomEvent<SelectDetail>): void {
    this.#note({ at: "list", selected: detail.id ?? "" });
  }

  #opened({ detail: { id, place } }: CustomEvent<OpenDetail>): void {
    this.#go(place === "copy" ? { at: "new", provider: "", auth: "", from: id } : { at: "connection", id, tab: place });
  }

  /** A refresh keeps the type and the auth method, but no input. */
  #changed({ currentTarget, detail }: CustomEvent<ChangeDetail>): void {
    this.#unsaved.keepForm(placeOf(this.route), (currentTarget as BowlineConnectionForm).unsaved ? detail.form : null);
    const from = this.route.at === "new" ? this.route.from : "";
    this.#note({ at: "new", provider: detail.form.provider ?? "", auth: detail.form.auth ?? "", from });
  }

  /** Earlier input, unless the URL has another type. */
  #restored(route: Route & { readonly at: "new" }): ConnectionForm | null {
    const form = this.#unsaved.form(placeOf(route));
    return route.provider === "" || route.provider === form?.provider ? form : null;
  }

  #note(route: Route): void {
    if (formatRoute(route) === formatRoute(this.route)) return;
    this.route = route;
    history.replaceState(null, "", formatRoute(route));
  }

  #saved({ detail }: CustomEvent<SavedDetail>): void {
    this.#unsaved.keepForm(placeOf(this.route), null);
    const { saved, savedPlaces } = text().console;
    const { id, name, provider } = detail.connection;
    this.toast = saved(name);
    const events = registryType(provider)?.capabilities.events === true;
    const tabs = ["policy", "use", ...(events ? ["events" as const] : [])] as const;
    this.next = tabs.map((tab) => ({ label: savedPlaces[tab], route: { at: "connection", id, tab } }));
    this.#go({ at: "list", selected: "" });
  }

  #changedOne({ detail }: CustomEvent<SavedDetail>): void {
    const { console: page, policy } = text();
    const rules = this.route.at === "connection" && this.route.tab === "policy";
    this.next = [];
    this.toast = (rules ? policy.saved : page.rotated)(detail.connection.name);
  }

  #skip(): void {
    this.renderRoot.querySelector<HTMLElement>("#main")?.focus();
  }

  static override styles = [
    theme,
    controls,
    notices,
    lists,
    css`
      :host {
        --page: light-dark(#fbfbfc, #0f1115);
        background: var(--page);
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.625rem clamp(1rem, 4vw, 2rem);
        border-block-end: 1px solid var(--line);
        background: var(--surface);
      }
      .brand {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 2rem;
        color: var(--text);
        font-weight: 650;
        letter-spacing: -0.01em;
        text-decoration: none;
      }
      .brand svg {
        width: 1.5rem;
        height: 1.5rem;
        stroke: none;
      }
      .project {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        padding-inline-start: 0.75rem;
        border-inline-start: 1px solid var(--line);
        color: var(--quiet);
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .settings {
        flex: none;
        padding-block: 0.25rem;
        color: var(--quiet);
        font-size: 0.875rem;
        text-decoration: none;
      }
      .settings:is(:hover, [aria-current]) {
        color: var(--text);
      }
      .project select {
        width: auto;
        max-width: 100%;
        min-height: 2rem;
        padding-block: 0.125rem;
      }
      @media (max-width: 30rem) {
        header {
          gap: 0.5rem;
        }
        /* The mark alone: the project needs the room. */
        .brand span {
          position: absolute;
          inline-size: 1px;
          block-size: 1px;
          overflow: hidden;
          clip-path: inset(50%);
          white-space: nowrap;
        }
        .project {
          padding-inline-start: 0.5rem;
        }
      }
      main {
        max-width: 68rem;
        margin-inline: auto;
        padding: clamp(1.25rem, 4vw, 2.5rem) clamp(1rem, 4vw, 2rem) 4rem;
        outline: none;
      }
      [hidden] {
        display: none;
      }
      h1 {
        margin: 0 0 1.25rem;
        outline: none;
        font-size: 1.5rem;
        font-weight: 650;
        letter-spacing: -0.015em;
        line-height: 1.25;
      }
      .lead {
        margin: -0.875rem 0 1.5rem;
      }
      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        min-height: 1.75rem;
        margin-block-end: 0.5rem;
        color: var(--quiet);
        font-size: 0.875rem;
        text-decoration: none;
      }
      .back:hover {
        color: var(--text);
      }
      .back:dir(rtl) svg {
        scale: -1 1;
      }
      /* Over the page, so that what is said moves nothing. */
      .said {
        position: fixed;
        inset-block-end: 1rem;
        inset-inline: 1rem;
        z-index: 1;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }
      .said .notice {
        align-items: center;
        min-height: 2.875rem;
        max-width: 40rem;
        padding-block: 0.375rem;
        border: 1px solid var(--line);
        box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 0.12);
        pointer-events: auto;
      }
      .next {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        margin: 0;
      }
      .said .notice > svg,
      .said button {
        margin: 0;
      }
      .said button {
        width: 2rem;
        padding: 0;
      }
      .skip {
        position: absolute;
        inset-block-start: -4rem;
        inset-inline-start: 1rem;
        z-index: 1;
      }
      .skip:focus {
        inset-block-start: 0.5rem;
      }
    `,
  ];
}

/** The key of a new connection's unsaved input; a copy has its own key. */
function placeOf(route: Route): string {
  return route.at === "new" ? `new ${route.from}` : route.at;
}

/** The valid session of this tab. */
function kept(): Session | null {
  const session = currentSession(Date.now());
  return typeof session === "string" ? null : session;
}

/** A part of the page was not loaded. */
function unloaded(): TemplateResult {
  const { loadFailed, retry } = text().form;
  return html`<div class="notice bad" role="alert" data-testid="problem" data-code="page.unloaded">
    ${icon("alert")}
    <div><strong>${loadFailed}</strong><p><button type="button" @click=${() => location.reload()}>${retry}</button></p></div>
  </div>`;
}

function logo(): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <rect width="24" height="24" rx="6" fill="#4650dd" />
    <path d="M12 6.2a3.4 3.4 0 0 1 3.4 3.4c0 2.6-3.4 3-3.4 5.2v3.4M12 13a3.4 3.4 0 1 1 0-6.8" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" />
  </svg>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-console": BowlineConsole;
  }
}
