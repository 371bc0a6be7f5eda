import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Connection } from "../api/types.js";
import { text } from "../messages.js";
import { JOBS, jobsOf } from "../pulling/job.js";
import { panels } from "../styles/panels.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./copy-lines.js";
import { element } from "./element.js";

/**
 * Snippets for jobs that pull with a connection's credentials.
 *
 * Properties: `connection`, `api` (the API's address; default `/v1` of the page's origin).
 */
@element("bowline-job-snippets")
export class BowlineJobSnippets extends LitElement {
  @property({ attribute: false }) connection: Connection | null = null;
  @property() api = "/v1";

  protected override render(): TemplateResult | typeof nothing {
    const { jobs } = text();
    const { connection } = this;
    if (connection === null) return nothing;
    const lines = jobsOf({ api: new URL(this.api, location.href).href, connection });
    return html`<section class="panel" aria-labelledby="heading">
      <div>
        <h2 id="heading">${jobs.heading}</h2>
        <p class="quiet">${jobs.detail}</p>
      </div>
      ${JOBS.map(
        (job) => html`<div class="job" data-testid="job" data-job=${job}>
        <h3>${jobs.titles[job]}</h3>
        ${jobs.details[job] === "" ? nothing : html`<p class="small quiet">${jobs.details[job]}</p>`}
        <bowline-copy-lines .label=${jobs.titles[job]} .lines=${[lines[job]]}></bowline-copy-lines>
      </div>`,
      )}
    </section>`;
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
      .job {
        display: grid;
        gap: 0.375rem;
        min-width: 0;
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-job-snippets": BowlineJobSnippets;
  }
}
