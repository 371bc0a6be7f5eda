import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Policy } from "bowline";
import { property, query, state } from "lit/decorators.js";
import type { ConnectionsClient } from "../api/client.js";
import { ApiError } from "../api/problem.js";
import type { Connection } from "../api/types.js";
import type { PullingClient } from "../api/pulling.js";
import type { SavedDetail } from "./connection-form.js";
import { text } from "../messages.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";
import "./pattern-tester.js";
import type { ImageSource } from "./pattern-tester.js";
import "./policy-form.js";
import type { BowlinePolicyForm, PolicyDetail } from "./policy-form.js";

/** The API that the editor needs. Without `scanners`, users type their names. */
export type EditorClient = ConnectionsClient & Partial<Pick<PullingClient, "scanners">>;

/**
 * A connection's pull policy: the form and a live tester.
 *
 * Properties: `client`, `connection`, `readonly` (no saving), `restored` (unsaved rules to restore). Read-only: `unsaved`.
 * Events: `bowline-policy` with {@link PolicyDetail} on every change, `bowline-saved`, `bowline-signed-out`.
 */
@element("bowline-policy-editor")
export class BowlinePolicyEditor extends LitElement {
  @property({ attribute: false }) client: EditorClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;
  /** `from` are the rules that they started from. */
  @property({ attribute: false }) restored: { readonly policy: Policy | null; readonly from: Policy | null } | null = null;

  @state() private policy: Policy | null = null;
  @state() private scanners: readonly string[] = [];
  @state() private saving = false;
  @state() private error: ApiError | null = null;
  @query("bowline-policy-form") private form!: BowlinePolicyForm | null;

  #of: string | undefined;

  /** Whether there are unsaved changes. */
  get unsaved(): boolean {
    return JSON.stringify(this.policy) !== JSON.stringify(this.connection?.policy ?? null);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("client")) void this.#loadScanners();
    if (!changed.has("connection") || this.connection?.id === this.#of) return;
    this.#of = this.connection?.id;
    this.policy = this.connection?.policy ?? null;
    if (this.restored === null || this.readonly) return;
    this.policy = this.restored.policy;
    const { conflict: title, reload: detail } = text().errors;
    const meanwhile = JSON.stringify(this.restored.from) !== JSON.stringify(this.connection?.policy ?? null);
    this.error = meanwhile ? new ApiError({ code: "version.changed", title, detail }, 412) : null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { connection } = this;
    if (connection === null) return nothing;
    const { policy: words, tester } = text();
    const { host } = new URL(connection.endpoint.includes("://") ? connection.endpoint : `https://${connection.endpoint}`);
    return html`<div class="columns">
      <form class="panel" novalidate @submit=${this.#submit}>
        ${this.readonly ? html`<div class="notice" data-testid="rules-readonly">${icon("lock")}<div>${words.readonly}</div></div>` : nothing}
        <bowline-policy-form ?readonly=${this.readonly} .policy=${this.policy} .provider=${connection.provider} .host=${host} .scanners=${this.scanners} @bowline-policy=${this.#changed}></bowline-policy-form>
        ${this.error === null ? nothing : failure(this.error)}
        ${
          this.readonly
            ? nothing
            : html`<div class="buttons">
          <button type="submit" class="primary" data-testid="save-policy-button" aria-disabled=${this.saving ? "true" : "false"}>
            ${either([words.save, words.saving], this.saving ? 1 : 0)}
          </button>
          <p class="small quiet" role="status">${this.unsaved ? words.unsaved : ""}</p>
        </div>`
        }
      </form>
      <section class="panel" aria-labelledby="tester">
        <h2 id="tester">${tester.heading}</h2>
        <p class="quiet">${tester.detail}</p>
        <bowline-pattern-tester .policy=${this.policy} .source=${this.client === null ? null : this.#source}></bowline-pattern-tester>
      </section>
    </div>`;
  }

  /** All images of the registry. The tester evaluates them again on every change. */
  readonly #source: ImageSource = async (signal) => {
    if (this.client === null || this.connection === null) return { images: [], complete: true };
    return this.client.selection(this.connection.id, null, signal);
  };

  async #loadScanners(): Promise<void> {
    try {
      this.scanners = ((await this.client?.scanners?.()) ?? []).map(({ name }) => name);
    } catch {
      // Optional: users can type the names.
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
      this.error = changedMeanwhile(refusedIn(this, error));
    } finally {
      this.saving = false;
    }
  }

  static override styles = [
    theme,
    controls,
    notices,
    panels,
    css`
      :host {
        container-type: inline-size;
      }
      .columns {
        display: grid;
        gap: 1.25rem;
        align-items: start;
      }
      section.panel {
        gap: 0.75rem;
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

/** Says what to do if somebody else has changed the connection. */
function changedMeanwhile(error: ApiError): ApiError {
  const { conflict, reload } = text().errors;
  return error.status === 412 ? new ApiError({ code: error.code, title: conflict, detail: reload }, error.status) : error;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-policy-editor": BowlinePolicyEditor;
  }
}
