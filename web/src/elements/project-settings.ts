import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ProjectClient } from "../api/client.js";
import { isAbort, type ApiError } from "../api/problem.js";
import type { Settings } from "../api/types.js";
import { fieldStyles, renderField, type FieldActions } from "../form/field.js";
import { text } from "../messages.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./copy-lines.js";
import { either } from "./either.js";
import { element } from "./element.js";
import { failure, refusedIn } from "./failure.js";
import { icon } from "./icons.js";

/** A setting as typed. */
interface Typed {
  readonly scanTimeoutSeconds: string;
  readonly keepNewest: string;
}

/** The limits of the API. */
const BOUNDS = { scanTimeoutSeconds: [1, 86_400], keepNewest: [1, 10_000] } as const;

type Name = keyof typeof BOUNDS;

/**
 * The settings of a project: the defaults for its connections, and the external ID.
 *
 * Properties: `client`, `readonly`. Events: `bowline-signed-out`.
 */
@element("bowline-project-settings")
export class BowlineProjectSettings extends LitElement {
  @property({ attribute: false }) client: Pick<ProjectClient, "saveSettings" | "settings"> | null = null;
  @property({ type: Boolean }) readonly = false;

  @state() private settings: Settings | null = null;
  @state() private typed: Typed = { scanTimeoutSeconds: "", keepNewest: "" };
  @state() private touched: ReadonlySet<string> = new Set();
  @state() private error: ApiError | null = null;
  @state() private saving = false;
  @state() private saved = false;

  #request = new AbortController();

  readonly #actions: FieldActions = {
    type: (path, value) => {
      this.typed = { ...this.typed, [path]: value };
      this.saved = false;
      this.error = null;
    },
    leave: (path) => (this.touched = new Set(this.touched).add(path)),
    reveal: () => undefined,
    fix: () => undefined,
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#request.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("client")) void this.#load();
  }

  protected override render(): TemplateResult {
    const { form, settings: words } = text();
    const { settings, error } = this;
    if (settings === null) return error === null ? html`<p class="quiet" role="status">${form.loading}</p>` : failure(error, () => this.#load());
    return html`<form class="panel" novalidate autocomplete="off" @submit=${this.#submit}>
      <fieldset ?disabled=${this.readonly}>
        ${this.readonly ? html`<p class="quiet" data-testid="settings-readonly">${words.readonly}</p>` : nothing}
        ${this.#field("scanTimeoutSeconds", words.scanTimeout, words.scanTimeoutHelp, true)}
        ${this.#field("keepNewest", words.keepNewest, words.keepNewestHelp, false)}
      </fieldset>
      <div class="id">
        <p class="label">${words.externalId}</p>
        <p class="small quiet">${words.externalIdHelp}</p>
        <bowline-copy-lines data-testid="external-id" .label=${words.externalId} .lines=${[settings.awsExternalId]}></bowline-copy-lines>
      </div>
      ${error === null ? nothing : failure(error)}
      ${
        this.readonly
          ? nothing
          : html`<div class="buttons">
        <button type="submit" class="primary" data-testid="save-settings-button" aria-disabled=${this.saving ? "true" : "false"}>
          ${either([form.save, form.saving], this.saving ? 1 : 0)}
        </button>
        <p role="status" class="small" data-testid="settings-saved">${this.saved ? html`${icon("check")} ${words.saved}` : nothing}</p>
      </div>`
      }
    </form>`;
  }

  #field(name: Name, label: string, help: string, required: boolean): TemplateResult {
    const bad = this.touched.has(name) && !isGood(name, this.typed[name], required);
    const [least, most] = BOUNDS[name];
    const { outOfBounds } = text().settings;
    return renderField(
      {
        path: name,
        label,
        kind: "number",
        value: this.typed[name],
        required,
        help,
        placeholder: "",
        autocomplete: "off",
        options: [],
        revealed: false,
        findings: bad ? [{ field: name, severity: "error", code: "settings.bounds", params: {}, message: outOfBounds(least, most), start: 0, end: 0 }] : [],
      },
      this.#actions,
    );
  }

  async #load(): Promise<void> {
    const { client } = this;
    if (client === null) return;
    this.error = null;
    this.#request.abort();
    const { signal } = (this.#request = new AbortController());
    try {
      this.#show(await client.settings(signal));
    } catch (error) {
      if (!isAbort(error)) this.error = refusedIn(this, error);
    }
  }

  #show(settings: Settings): void {
    this.settings = settings;
    this.typed = { scanTimeoutSeconds: String(settings.scanTimeoutSeconds), keepNewest: settings.keepNewest === null ? "" : String(settings.keepNewest) };
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const { client, settings, typed } = this;
    if (client === null || settings === null || this.saving || this.readonly) return;
    this.touched = new Set(Object.keys(BOUNDS));
    if (!isGood("scanTimeoutSeconds", typed.scanTimeoutSeconds, true) || !isGood("keepNewest", typed.keepNewest, false)) {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    this.saving = true;
    this.error = null;
    try {
      const changed = { scanTimeoutSeconds: Number(typed.scanTimeoutSeconds), keepNewest: typed.keepNewest === "" ? null : Number(typed.keepNewest) };
      this.#show(await client.saveSettings(settings.version, changed));
      this.saved = true;
    } catch (error) {
      this.error = refusedIn(this, error);
    } finally {
      this.saving = false;
    }
  }

  static override styles = [
    theme,
    controls,
    notices,
    panels,
    fieldStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      fieldset {
        display: grid;
        gap: 1.125rem;
        min-width: 0;
      }
      input {
        max-width: 12rem;
      }
      .id {
        display: grid;
        gap: 0.375rem;
      }
    `,
  ];
}

function isGood(name: Name, typed: string, required: boolean): boolean {
  const [least, most] = BOUNDS[name];
  if (typed.trim() === "") return !required;
  return /^\d+$/.test(typed.trim()) && Number(typed) >= least && Number(typed) <= most;
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-project-settings": BowlineProjectSettings;
  }
}
