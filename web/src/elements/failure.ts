/** Shared error handling of the elements. */

import { html, nothing, type TemplateResult } from "lit";
import { asApiError, type ApiError } from "../api/problem.js";
import type { QueuedScans } from "../api/pulling.js";
import type { CheckProblem } from "../api/types.js";
import { problemText, text } from "../messages.js";
import { icon } from "./icons.js";

/** Returns the error to show. Dispatches `bowline-signed-out` if the token was rejected. */
export function refusedIn(host: Pick<EventTarget, "dispatchEvent">, error: unknown): ApiError {
  const refusal = asApiError(error);
  if (refusal.signedOut) host.dispatchEvent(new CustomEvent("bowline-signed-out", { bubbles: true, composed: true }));
  return refusal;
}

/** A box with an error, an optional heading, and a retry button. */
export function failure(error: ApiError, again?: () => unknown, heading = ""): TemplateResult {
  const { errors, list } = text();
  const detail = heading === "" ? error.detail : sentenceOf(error);
  return html`<div class="notice bad" role="alert" data-testid="problem" data-code=${error.code}>
    ${icon("alert")}
    <div>
      <strong>${heading || error.message}</strong>
      ${detail ? html`<p>${detail}</p>` : nothing}
      ${error.requestId && error.status >= 500 ? html`<p class="small quiet">${errors.requestId(error.requestId)}</p>` : nothing}
      ${again === undefined ? nothing : html`<button type="button" data-testid="retry-button" @click=${again}>${list.retry}</button>`}
    </div>
  </div>`;
}

/** A box with a problem or a warning of a check or a sync. */
export function problemBox(problem: CheckProblem, look: "bad" | "warn" = "bad", more: TemplateResult | typeof nothing = nothing): TemplateResult {
  const { title, detail, hint } = problemText(problem);
  return html`<div class="notice ${look}" data-testid=${look === "bad" ? "problem" : "check-warning"} data-code=${problem.code}>
    ${icon(look === "bad" ? "alert" : "warning")}
    <div>
      <strong>${title}</strong>
      ${detail ? html`<p>${detail}</p>` : nothing} ${hint ? html`<p>${hint}</p>` : nothing} ${more}
    </div>
  </div>`;
}

/** An error in a line. */
export function sentenceOf({ message, detail }: ApiError): string {
  return [message, detail].filter((part) => part !== "").join(". ");
}

/** Why an image is not queued for a scan. */
export function refusalOf({ code, detail }: QueuedScans["refused"][number]): string {
  return problemText({ code, title: detail }).title;
}
