import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ProjectClient } from "../api/client.js";
import { ApiError } from "../api/problem.js";
import { element } from "../elements/element.js";
import { failure } from "../elements/failure.js";
import { text } from "../messages.js";
import { strip } from "../styles/strip.js";
import { controls, notices, theme } from "../styles/theme.js";
import { formatRoute, PROJECT_TABS, type ProjectTab } from "./route.js";
import { entitle } from "./title.js";

/** Each tab's content is loaded on demand. */
const PARTS: Readonly<Record<ProjectTab, () => Promise<unknown>>> = {
  settings: () => import("../elements/project-settings.js"),
  notices: () => import("../elements/project-notices.js"),
  activity: () => import("../elements/project-audit.js"),
};

/** The place of a project: its settings, its notices and its activity. Properties: `client`, `project`, `tab`, `write`. */
@element("bowline-project-place")
export class BowlineProjectPlace extends LitElement {
  @property({ attribute: false }) client: ProjectClient | null = null;
  @property() project = "";
  @property() tab: ProjectTab = "settings";
  @property({ type: Boolean }) write = false;

  /** The loaded tabs. */
  @state() private loaded: ReadonlySet<ProjectTab> = new Set();
  @state() private error: ApiError | null = null;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("tab")) void this.#loadPart(this.tab);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("tab")) entitle(text().console.projectTabs[this.tab], this.project);
  }

  protected override render(): TemplateResult {
    const { console: page, form } = text();
    return html`
      <h1 tabindex="-1">${this.project}</h1>
      <nav aria-label=${this.project}>
        ${PROJECT_TABS.map(
          (tab) => html`<a href=${formatRoute({ at: "project", tab })} data-testid="project-tab-${tab}"
          aria-current=${tab === this.tab ? "page" : nothing}>${page.projectTabs[tab]}</a>`,
        )}
      </nav>
      ${
        this.error !== null
          ? failure(this.error, () => this.#loadPart(this.tab))
          : this.loaded.has(this.tab)
            ? this.#content()
            : html`<p class="quiet" role="status">${form.loading}</p>`
      }
    `;
  }

  #content(): TemplateResult {
    const { client, project } = this;
    switch (this.tab) {
      case "settings":
        return html`<bowline-project-settings .client=${client} ?readonly=${!this.write}></bowline-project-settings>`;
      case "notices":
        return html`<bowline-project-notices .client=${client} ?readonly=${!this.write}></bowline-project-notices>`;
      case "activity":
        return html`<bowline-project-audit .client=${client} .project=${project}
          .place=${(id: string) => formatRoute({ at: "connection", id, tab: "activity" })}></bowline-project-audit>`;
    }
  }

  async #loadPart(tab: ProjectTab): Promise<void> {
    this.error = null;
    try {
      await PARTS[tab]();
      this.loaded = new Set(this.loaded).add(tab);
    } catch {
      this.error = new ApiError({ code: "page.unloaded", title: text().form.loadFailed, detail: text().errors.networkDetail }, 0);
    }
  }

  static override styles = [
    theme,
    controls,
    notices,
    strip,
    css`
      h1 {
        margin: 0 0 0.75rem;
        outline: none;
        font-size: 1.5rem;
        font-weight: 650;
        letter-spacing: -0.015em;
        line-height: 1.25;
        overflow-wrap: anywhere;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-project-place": BowlineProjectPlace;
  }
}
