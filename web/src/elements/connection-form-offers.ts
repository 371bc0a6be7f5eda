/** Alternatives that the connection form offers. */

import type { Provider } from "bowline";
import { html, type TemplateResult } from "lit";
import type { Connection, Use } from "../api/types.js";
import { text } from "../messages.js";
import { nameOfUse } from "./connection-facts.js";
import { icon } from "./icons.js";

/** The address looks like another registry type. */
export function otherType({ id, title }: Provider, accept: () => void): TemplateResult {
  const { form } = text();
  return html`<div class="finding hint" role="status" data-testid="detected" data-provider=${id}>
    ${icon("bulb")}
    <div>
      ${form.detected(title)}
      <button type="button" class="link" data-testid="use-detected-button" @click=${accept}>${form.useDetected(title)}</button>
    </div>
  </div>`;
}

/** The new credentials belong to another registry. */
export function otherRegistry(endpoint: string, replace: () => void): TemplateResult {
  const { form } = text();
  return html`<div class="notice warn" role="status">
    ${icon("warning")}
    <div>
      <strong>${form.otherEndpoint(endpoint)}</strong>
      <p>${form.otherEndpointDetail}</p>
      <button type="button" data-testid="replace-button" @click=${replace}>${form.replace}</button>
    </div>
  </div>`;
}

/** The credentials to replace are in use. */
export function inUse(uses: readonly Use[]): TemplateResult {
  const { form } = text();
  return html`<div class="notice warn" data-testid="uses">
    ${icon("warning")}
    <div>
      <strong>${form.inUse}</strong>
      <p>${form.inUseDetail}</p>
      <ul>${uses.map((use) => html`<li>${nameOfUse(use)}</li>`)}</ul>
    </div>
  </div>`;
}

/** The check before saving failed. The user can save anyway. */
export function notSaved(save: () => void): TemplateResult {
  const { form } = text();
  return html`<div class="notice warn" role="alert">
    ${icon("warning")}
    <div>
      <strong>${form.notSaved}</strong>
      <p>${form.notSavedDetail}</p>
      <button type="button" data-testid="save-anyway-button" @click=${save}>${form.saveAnyway}</button>
    </div>
  </div>`;
}

/** The project already has a connection to this registry. */
export function alreadyConnected({ name, endpoint }: Connection, open: () => void): TemplateResult {
  const { form } = text();
  return html`<div class="notice bad" role="alert" data-testid="problem" data-code="endpoint.taken">
    ${icon("alert")}
    <div>
      <strong>${form.taken(name, endpoint)}</strong>
      <p><button type="button" data-testid="open-other-button" @click=${open}>${form.openOther}</button></p>
    </div>
  </div>`;
}
