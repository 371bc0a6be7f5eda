import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { element } from "../elements/element.js";
import { icon } from "../elements/icons.js";
import { text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import { identityProvider, type IdentityProvider } from "./identity-provider.js";
import { arrivalIn, keepToken, parseToken } from "./session.js";
import { failureIn } from "./sign-in-error.js";
import { signInCard } from "./sign-in-card.js";

/**
 * Asks the user to sign in at the operator's identity provider, if there is one, or with a token. Event:
 * `bowline-signed-in` when this tab has a valid token.
 */
@element("bowline-sign-in")
export class BowlineSignIn extends LitElement {
  /** Whether a session has ended. */
  @property({ type: Boolean }) expired = false;
  /** Why a link was rejected or a sign-in failed. */
  @property() refused = "";
  @state() private error = "";
  /** Unknown or none. */
  @state() private provider: IdentityProvider | null | undefined;
  /** Whether the redirect to the identity provider is in progress. */
  @state() private leaving = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { console: page } = text();
    const { provider } = this;
    // Render the card only in its final form.
    if (provider === undefined) return nothing;
    return html`<section class="card">
      <span class="badge">${icon("lock")}</span>
      <h1>${this.expired ? page.expired : page.signIn}</h1>
      ${this.refused === "" ? nothing : html`<div class="notice bad" role="alert" data-testid="link-refused">${icon("alert")}<div>${this.refused}</div></div>`}
      ${provider === null ? this.#byToken() : this.#byProvider(provider)}
    </section>`;
  }

  #byProvider(provider: IdentityProvider): TemplateResult {
    const { console: page } = text();
    const { host } = new URL(provider.issuer);
    return html`
      <p class="quiet">${page.signInWithDetail(host)}</p>
      <button type="button" class="primary" data-testid="provider-button" aria-disabled=${this.leaving ? "true" : "false"}
        @click=${() => this.#leave(provider)}>${page.signInWith(host)}</button>
      <details>
        <summary>${icon("chevron")}${page.signInByToken}</summary>
        ${this.#byToken()}
      </details>`;
  }

  #byToken(): TemplateResult {
    const { console: page } = text();
    return html`<form @submit=${this.#submit} autocomplete="off" novalidate>
      <p class="quiet">${this.expired ? page.expiredDetail : page.signInDetail}</p>
      <div class="field">
        <label for="token">${page.token}</label>
        <input id="token" name="token" type="password" class="mono" autocomplete="off" spellcheck="false" data-testid="token-input"
          aria-invalid=${this.error === "" ? "false" : "true"} aria-describedby="token-error" />
        <p id="token-error" class="small error" role="alert">${this.error === "" ? nothing : this.error}</p>
      </div>
      <button type="submit" class=${this.provider === null ? "primary" : ""} data-testid="sign-in-button">${page.signIn}</button>
    </form>`;
  }

  async #load(): Promise<void> {
    try {
      this.provider = await identityProvider();
    } catch {
      this.provider = null;
      this.refused ||= text().console.signInUnloaded;
    }
  }

  async #leave(provider: IdentityProvider): Promise<void> {
    if (this.leaving) return;
    this.leaving = true;
    try {
      const { begin } = await import("./oidc.js");
      location.assign(await begin(provider, location.hash));
    } catch (error) {
      this.refused = text().console.signInErrors[failureIn(error)];
    } finally {
      // The user can cancel leaving the page.
      this.leaving = false;
    }
  }

  #submit(event: Event): void {
    event.preventDefault();
    const { console: page } = text();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#token");
    // Users often paste the whole URL.
    const typed = (input?.value ?? "").trim();
    const { arrival } = arrivalIn(typed.replace(/^[^#]*/, ""));
    const session = parseToken(arrival?.token ?? typed, Date.now());
    if (typeof session === "string") {
      this.error = page.tokenErrors[session];
      input?.focus();
      return;
    }
    keepToken(session.token);
    this.dispatchEvent(new CustomEvent("bowline-signed-in", { bubbles: true, composed: true }));
  }

  static override styles = [
    theme,
    controls,
    notices,
    signInCard,
    css`
      form {
        display: grid;
        gap: 1rem;
      }
      details form {
        padding-block-start: 0.75rem;
      }
      .field {
        display: grid;
        gap: 0.375rem;
      }
      .error {
        color: var(--bad);
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-sign-in": BowlineSignIn;
  }
  interface HTMLElementEventMap {
    "bowline-signed-in": CustomEvent<undefined>;
  }
}
