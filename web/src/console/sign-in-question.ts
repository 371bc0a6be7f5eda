import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { element } from "../elements/element.js";
import { icon } from "../elements/icons.js";
import { text } from "../messages.js";
import { controls, theme } from "../styles/theme.js";
import type { Session } from "./session.js";
import { signInCard } from "./sign-in-card.js";

/** The number of projects to show. */
const NAMED = 5;

/**
 * Asks before the page uses a token from the URL. Shows its account and its project.
 *
 * Properties: `session` (the token's), `current` (who is signed in now). Events: `bowline-continue`, `bowline-cancel`.
 */
@element("bowline-sign-in-question")
export class BowlineSignInQuestion extends LitElement {
  @property({ attribute: false }) session: Session | null = null;
  @property({ attribute: false }) current: Session | null = null;

  protected override render(): TemplateResult | typeof nothing {
    const { console: page } = text();
    const { session, current } = this;
    if (session === null) return nothing;
    const { projects } = session;
    return html`<section class="card" data-testid="sign-in-question">
      <span class="badge">${icon("lock")}</span>
      <h1 tabindex="-1">${page.arrival}</h1>
      <dl>
        <dt>${page.subject}</dt>
        <dd data-testid="arrival-subject"><bdi>${session.subject || page.noSubject}</bdi></dd>
        <dt>${projects.length === 1 ? page.project : page.projects}</dt>
        <dd data-testid="arrival-project">
          ${projects.slice(0, NAMED).map((project) => html`<bdi>${project}</bdi>`)}
          ${projects.length > NAMED ? html`<span class="quiet">${page.moreProjects(projects.length - NAMED)}</span>` : nothing}
        </dd>
        ${
          current === null
            ? nothing
            : html`
          <dt>${page.currentSubject}</dt>
          <dd data-testid="current-subject"><bdi>${current.subject || page.noSubject}</bdi> <bdi class="quiet">${current.project}</bdi></dd>`
        }
      </dl>
      <p class="quiet">${page.arrivalDetail}</p>
      <div class="buttons">
        <button type="button" class="primary" data-testid="continue-button" @click=${() => this.#answer("bowline-continue")}>${page.continue}</button>
        <button type="button" data-testid="cancel-sign-in-button" @click=${() => this.#answer("bowline-cancel")}>${page.cancel}</button>
      </div>
    </section>`;
  }

  /** Puts the focus on the question. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  #answer(type: "bowline-continue" | "bowline-cancel"): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }

  static override styles = [
    theme,
    controls,
    signInCard,
    css`
      h1 {
        outline: none;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.375rem 1rem;
        margin: 0;
      }
      dt {
        color: var(--quiet);
      }
      dd {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 0.5rem;
        margin: 0;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      dd .quiet {
        font-weight: 400;
      }
      bdi {
        min-width: 0;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-sign-in-question": BowlineSignInQuestion;
  }
  interface HTMLElementEventMap {
    "bowline-continue": CustomEvent<undefined>;
    "bowline-cancel": CustomEvent<undefined>;
  }
}
