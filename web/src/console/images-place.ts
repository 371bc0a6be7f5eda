import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import type { PullingClient } from "../api/pulling.js";
import type { Connection } from "../api/types.js";
import { element } from "../elements/element.js";
import "../elements/inventory.js";
import type { BowlineInventory } from "../elements/inventory.js";
import "../elements/sync-panel.js";
import { theme } from "../styles/theme.js";

/**
 * The images of a connection: the last sync above, the inventory below. Properties: `client`, `connection`, `readonly`,
 * `unlisted` (its registry lists nothing, so that there are no syncs).
 */
@element("bowline-images-place")
export class BowlineImagesPlace extends LitElement {
  @property({ attribute: false }) client: PullingClient | null = null;
  @property({ attribute: false }) connection: Connection | null = null;
  @property({ type: Boolean }) readonly = false;
  @property({ type: Boolean }) unlisted = false;
  @query("bowline-inventory") private inventory!: BowlineInventory | null;

  protected override render(): TemplateResult {
    const { client, connection, readonly } = this;
    return html`
      ${
        this.unlisted
          ? nothing
          : html`<bowline-sync-panel .client=${client} .connection=${connection} ?readonly=${readonly}
        @bowline-synced=${() => this.inventory?.reload()}></bowline-sync-panel>`
      }
      <bowline-inventory .client=${client} .connection=${connection} ?readonly=${readonly}></bowline-inventory>
    `;
  }

  static override styles = [
    theme,
    css`
      :host {
        display: grid;
        gap: 1.25rem;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-images-place": BowlineImagesPlace;
  }
}
