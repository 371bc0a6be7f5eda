import type { LoginSetup } from "bowline";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ProjectClient } from "../api/client.js";
import { isAbort, type ApiError } from "../api/problem.js";
import { text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./copy-lines.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";

/** The API that the setup needs. */
export type SetupClient = Pick<ProjectClient, "service" | "settings">;

/** The values of a setup's placeholders. */
interface Values {
  /** `null` if the operator has no account. */
  readonly accountId: string | null;
  readonly externalId: string;
}

/**
 * What to create at the vendor before a login works: values, steps, and snippets.
 *
 * Properties: `client`, `setup`. Event: `bowline-signed-out`.
 */
@element("bowline-login-setup")
export class BowlineLoginSetup extends LitElement {
  @property({ attribute: false }) client: SetupClient | null = null;
  @property({ attribute: false }) setup: LoginSetup | null = null;
  @state() private values: Values | null = null;
  @state() private error: ApiError | null = null;

  #request = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client")) void this.#load();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { setup: words, form } = text();
    const { setup, values } = this;
    if (setup === null) return nothing;
    if (this.error !== null) return failure(this.error, () => this.#load());
    if (values === null) return html`<p class="quiet" role="status">${form.loading}</p>`;
    const { accountId, externalId } = values;
    if (accountId === null) {
      return html`<div class="notice warn" data-testid="setup-unavailable">${icon("warning")}<div>
        <strong>${words.unavailable}</strong><p>${words.unavailableDetail}</p>
      </div></div>`;
    }
    return html`<section aria-labelledby="heading" data-testid="login-setup">
      <p class="heading" id="heading">${words.heading}</p>
      <dl>
        ${this.#value(words.accountId, accountId, "setup-account")}
        ${this.#value(words.externalId, externalId, "setup-external-id")}
      </dl>
      <ol>${setup.steps.map((step) => html`<li>${step}</li>`)}</ol>
      ${setup.snippets.map(
        ({ title, text: lines }) => html`<details data-testid="setup-snippet" data-title=${title}>
        <summary>${icon("chevron")}${title}</summary>
        <bowline-copy-lines .label=${title} .lines=${[filled(lines, { accountId, externalId })]}></bowline-copy-lines>
      </details>`,
      )}
      <p class="small"><a href=${setup.docsUrl} target="_blank" rel="noreferrer noopener">${words.docs}</a></p>
    </section>`;
  }

  #value(label: string, value: string, testId: string): TemplateResult {
    return html`<dt>${label}</dt><dd><bowline-copy-lines data-testid=${testId} .label=${label} .lines=${[value]}></bowline-copy-lines></dd>`;
  }

  async #load(): Promise<void> {
    const { client } = this;
    if (client === null) return;
    this.error = null;
    this.#request.abort();
    const { signal } = (this.#request = new AbortController());
    try {
      const [{ awsAccountId: accountId }, { awsExternalId: externalId }] = await Promise.all([client.service(signal), client.settings(signal)]);
      this.values = { accountId, externalId };
    } catch (error) {
      if (!isAbort(error)) this.error = refusedIn(this, error);
    }
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        gap: 0.75rem;
        min-width: 0;
        padding: 1rem;
        border-radius: var(--radius);
        background: var(--sunken);
        overflow-wrap: anywhere;
      }
      .heading {
        font-weight: 600;
      }
      dl {
        display: grid;
        gap: 0.25rem;
        margin: 0;
      }
      dt {
        color: var(--quiet);
        font-size: 0.8125rem;
      }
      dd {
        margin: 0;
      }
      ol {
        display: grid;
        gap: 0.375rem;
        padding-inline-start: 1.25rem;
        font-size: 0.875rem;
        list-style: decimal;
      }
      details {
        min-width: 0;
      }
      bowline-copy-lines {
        --sunken: var(--surface);
      }
    `,
  ];
}

/** The lines with the values filled in. */
function filled(lines: string, values: Readonly<Record<"accountId" | "externalId", string>>): string {
  return lines.replace(/\{(accountId|externalId)\}/g, (_, name: "accountId" | "externalId") => values[name]);
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-login-setup": BowlineLoginSetup;
  }
}
