/** What every element does with a request that failed. */

import { html, nothing, type TemplateResult } from "lit";
import { asApiError, type ApiError } from "../api/problem.js";
import { text } from "../messages.js";
import { icon } from "./icons.js";

/** The error to show; whoever listens hears `bowline-signed-out` where the token was refused. */
export function refusedIn(host: Pick<EventTarget, "dispatchEvent">, error: unknown): ApiError {
  const refusal = asApiError(error);
  if (refusal.signedOut) host.dispatchEvent(new CustomEvent("bowline-signed-out", { bubbles: true, composed: true }));
  return refusal;
}

/** A box that says what failed, with a button that tries again. */
export function failure(error: ApiError, again?: () => unknown): TemplateResult {
  const { errors, list } = text();
  return html`<div class="notice bad" role="alert" data-testid="problem" data-code=${error.code}>
    ${icon("alert")}
    <div>
      <strong>${error.message}</strong>
      ${error.detail ? html`<p>${error.detail}</p>` : nothing}
      ${error.requestId && error.status >= 500 ? html`<p class="small quiet">${errors.requestId(error.requestId)}</p>` : nothing}
      ${again === undefined ? nothing : html`<button type="button" data-testid="retry-button" @click=${again}>${list.retry}</button>`}
    </div>
  </div>`;
}
