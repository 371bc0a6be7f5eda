/** The hosts that may get credentials by consent. */

import type { Finding } from "bowline";
import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../elements/icons.js";
import { findingText, text } from "../messages.js";

/** Renders them as chips. `untrust` revokes the consent. */
export function trustedHosts(hosts: readonly string[], findings: readonly Finding[], untrust: (host: string) => void): TemplateResult | typeof nothing {
  const { form } = text();
  if (hosts.length === 0) return nothing;
  return html`<fieldset class="field">
    <legend class="label">${form.trusted}</legend>
    <p class="help">${form.trustedHelp}</p>
    <ul class="chips">
      ${hosts.map(
        (host) => html`<li>
        <span class="mono">${host}</span>
        <button type="button" class="ghost" aria-label=${form.untrust(host)} @click=${() => untrust(host)}>${icon("cross")}</button>
      </li>`,
      )}
    </ul>
    ${findings.map((finding) => html`<p class="finding error">${icon("alert")}${findingText(finding)}</p>`)}
  </fieldset>`;
}
