import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { element } from "../elements/element.js";
import { icon } from "../elements/icons.js";
import { text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import { arrivalIn, keepToken, parseToken } from "./session.js";
import { signInCard } from "./sign-in-card.js";

/** Asks for a sign-in token. Event: `bowline-signed-in` when there is a good one in this tab's keeping. */
@element("bowline-sign-in")
export class BowlineSignIn extends LitElement {
  /** There was a session, and it has ended. */
  @property({ type: Boolean }) expired = false;
  /** Why a link to this page was not followed. */
  @property() refused = "";
  @state() private error = "";

  protected override render(): TemplateResult {
    const { console: page } = text();
    return html`<form class="card" @submit=${this.#submit} autocomplete="off" novalidate>
      <span class="badge">${icon("lock")}</span>
      <h1>${this.expired ? page.expired : page.signIn}</h1>
      ${this.refused === "" ? nothing : html`<div class="notice bad" role="alert" data-testid="link-refused">${icon("alert")}<div>${this.refused}</div></div>`}
      <p class="quiet">${this.expired ? page.expiredDetail : page.signInDetail}</p>
      <div class="field">
        <label for="token">${page.token}</label>
        <input id="token" name="token" type="password" class="mono" autocomplete="off" spellcheck="false" data-testid="token-input"
          aria-invalid=${this.error === "" ? "false" : "true"} aria-describedby="token-error" />
        <p id="token-error" class="small error" role="alert">${this.error === "" ? nothing : this.error}</p>
      </div>
      <button type="submit" class="primary" data-testid="sign-in-button">${page.signIn}</button>
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const { console: page } = text();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#token");
    // The whole address is what people have at hand.
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
