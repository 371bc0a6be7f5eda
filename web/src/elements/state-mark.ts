/** The state of an image or a scan as a word with a matching color. */

import { css, html, type TemplateResult } from "lit";
import type { ImageState, ScanState } from "../api/pulling.js";

type Look = "good" | "warn" | "bad" | "plain";

const LOOKS: Record<ImageState | ScanState, Look> = {
  new: "good",
  replaced: "warn",
  unchanged: "plain",
  gone: "bad",
  queued: "plain",
  leased: "warn",
  passed: "good",
  failed: "bad",
  "set-aside": "bad",
};

export function stateMark(state: ImageState | ScanState, label: string): TemplateResult {
  return html`<span class="mark ${LOOKS[state]}" data-state=${state}>${label}</span>`;
}

export const stateMarks = css`
  .mark {
    display: inline-block;
    padding: 0.0625rem 0.5625rem;
    border-radius: 99px;
    background: var(--sunken);
    color: var(--quiet);
    font-size: 0.8125rem;
    font-weight: 500;
    white-space: nowrap;
  }
  .mark.good {
    background: var(--good-soft);
    color: var(--good);
  }
  .mark.warn {
    background: var(--warn-soft);
    color: var(--warn);
  }
  .mark.bad {
    background: var(--bad-soft);
    color: var(--bad);
  }
`;
