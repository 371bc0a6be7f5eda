import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Policy } from "bowline";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ConnectionsClient } from "../api/client.js";
import { asApiError, type ApiError } from "../api/problem.js";
import type { Connection } from "../api/types.js";
import type { PullingClient } from "../api/pulling.js";
import type { SavedDetail } from "./connection-form.js";
import { text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import { icon } from "./icons.js";
import "./pattern-tester.js";
import type { ImageSource } from "./pattern-tester.js";
import "./policy-form.js";
import type { BowlinePolicyForm, PolicyDetail } from "./policy-form.js";

/** What the editor needs; without `scanners` their names are typed. */
export type EditorClient = ConnectionsClient & Partial<Pick<PullingClient, "scanners">>;

/**
 * A connection's pull policy: the form, and beside it the tester, live.
 *
 * Properties: `client`, `connection`, `readonly` (nothing is saved). Events: `bowline-saved`, `bowline-signed-out`.
 */
@customElement("bowline-policy-editor")
export class BowlinePolicyEditor extends LitElement {
  @property({ attribute: false }) client: EditorClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;

  @state() private policy: Policy | null = null;
  @state() private scanners: readonly string[] = [];
  @state() private saving = false;
  @state() private error: ApiError | null = null;
  @query("bowline-policy-form") private form!: BowlinePolicyForm | null;

  #of: string | undefined;

  /** Whether there is something that leaving would lose. */
  get unsaved(): boolean {
    return JSON.stringify(this.policy) !== JSON.stringify(this.connection?.policy ?? null);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("client")) void this.#loadScanners();
    if (!changed.has("connection") || this.connection?.id === this.#of) return;
    this.#of = this.connection?.id;
    this.policy = this.connection?.policy ?? null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { connection } = this;
    if (connection === null) return nothing;
    const { policy: words, tester } = text();
    const { host } = new URL(connection.endpoint.includes("://") ? connection.endpoint : `https://${connection.endpoint}`);
    return html`<div class="columns">
      <form novalidate @submit=${this.#submit}>
        <bowline-policy-form .policy=${this.policy} .provider=${connection.provider} .host=${host} .scanners=${this.scanners} @bowline-policy=${this.#changed}></bowline-policy-form>
        ${this.error === null ? nothing : this.#failure(this.error)}
        ${this.readonly ? nothing : html`<div class="buttons">
          <button type="submit" class="primary" data-testid="save-policy-button" aria-disabled=${this.saving ? "true" : "false"}>
            ${this.saving ? words.saving : words.save}
          </button>
          <p class="small quiet" role="status">${this.unsaved ? words.unsaved : ""}</p>
        </div>`}
      </form>
      <section aria-labelledby="tester">
        <h2 id="tester">${tester.heading}</h2>
        <p class="quiet">${tester.detail}</p>
        <bowline-pattern-tester .policy=${this.policy} .source=${this.client === null ? null : this.#source}></bowline-pattern-tester>
      </section>
    </div>`;
  }

  /** Everything the registry has, whatever the policy: the tester judges it anew at every change. */
  readonly #source: ImageSource = async (signal) => {
    if (this.client === null || this.connection === null) return { images: [], complete: true };
    return this.client.selection(this.connection.id, null, signal);
  };

  async #loadScanners(): Promise<void> {
    try {
      this.scanners = ((await this.client?.scanners?.()) ?? []).map(({ name }) => name);
    } catch {
      // They are a help only: their names can be typed.
    }
  }

  #changed({ detail }: CustomEvent<PolicyDetail>): void {
    this.policy = detail.policy;
    this.error = null;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const { client, connection } = this;
    if (client === null || connection === null || this.saving || !(await this.form?.complete())) return;
    this.saving = true;
    this.error = null;
    try {
      const saved = await client.edit(connection, { policy: this.policy });
      this.connection = saved;
      this.policy = saved.policy;
      const detail: SavedDetail = { connection: saved };
      this.dispatchEvent(new CustomEvent("bowline-saved", { detail, bubbles: true, composed: true }));
    } catch (error) {
      this.error = asApiError(error);
      if (this.error.signedOut) this.dispatchEvent(new CustomEvent("bowline-signed-out", { bubbles: true, composed: true }));
    } finally {
      this.saving = false;
    }
  }

  #failure(error: ApiError): TemplateResult {
    const { errors } = text();
    const changed = error.status === 412;
    return html`<div class="notice bad" role="alert" data-testid="problem" data-code=${error.code}>
      ${icon("alert")}
      <div>
        <strong>${changed ? errors.conflict : error.message}</strong>
        ${changed ? html`<p>${errors.reload}</p>` : error.detail ? html`<p>${error.detail}</p>` : nothing}
      </div>
    </div>`;
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      :host {
        container-type: inline-size;
      }
      .columns {
        display: grid;
        gap: 1.25rem;
        align-items: start;
      }
      form,
      section {
        display: grid;
        gap: 1.5rem;
        min-width: 0;
        padding: 1.25rem 1rem;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 4px);
        background: var(--surface);
      }
      section {
        gap: 0.75rem;
      }
      h2 {
        font-size: 1.0625rem;
        font-weight: 650;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      @container (min-width: 30rem) {
        form,
        section {
          padding: 1.5rem;
        }
      }
      @container (min-width: 54rem) {
        .columns {
          grid-template-columns: minmax(0, 1fr) minmax(20rem, 28rem);
        }
        section {
          position: sticky;
          inset-block-start: 1.25rem;
        }
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-policy-editor": BowlinePolicyEditor;
  }
}
