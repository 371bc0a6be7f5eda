/**
 * Colors, type and controls that the elements share. A product sets the public properties (`--bowline-accent`, …) on
 * any ancestor; light and dark follow the ancestor's `color-scheme`. All styles are adopted sheets, so a strict
 * Content-Security-Policy has nothing to forbid.
 */

import { css } from "lit";

export const theme = css`
  :host {
    --surface: var(--bowline-surface, light-dark(#ffffff, #16181d));
    --sunken: var(--bowline-sunken, light-dark(#f6f7f9, #1c1f25));
    --text: var(--bowline-text, light-dark(#191c22, #eceef2));
    --quiet: var(--bowline-text-quiet, light-dark(#5a6372, #a3abb8));
    --line: var(--bowline-line, light-dark(#e4e7ec, #2b2f38));
    --control-line: var(--bowline-control-line, light-dark(#868e9c, #6a7280));
    --accent: var(--bowline-accent, light-dark(#4650dd, #555eea));
    --accent-hover: var(--bowline-accent-hover, light-dark(#3a43c4, #4b54e0));
    --on-accent: var(--bowline-on-accent, #ffffff);
    --link: var(--bowline-link, light-dark(#3f48cc, #a5acff));
    --focus: var(--bowline-focus, light-dark(#4650dd, #a5acff));
    --good: var(--bowline-good, light-dark(#17714a, #5fce9a));
    --good-soft: var(--bowline-good-soft, light-dark(#e9f6ef, #16291f));
    --bad: var(--bowline-bad, light-dark(#b3261e, #ff9a90));
    --bad-soft: var(--bowline-bad-soft, light-dark(#fdf0ef, #2e1a1a));
    --warn: var(--bowline-warn, light-dark(#845400, #eebd5c));
    --warn-soft: var(--bowline-warn-soft, light-dark(#fdf5e4, #2b2316));
    --radius: var(--bowline-radius, 8px);
    --mono: var(--bowline-font-mono, ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace);

    display: block;
    box-sizing: border-box;
    color: var(--text);
    font-family: var(--bowline-font, inherit);
    font-size: 0.9375rem;
    line-height: 1.5;
    text-align: start;
    -webkit-font-smoothing: antialiased;
  }
  :host(:disabled) {
    opacity: 0.6;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  ol,
  ul {
    list-style: none;
  }
  svg {
    flex: none;
    width: 1rem;
    height: 1rem;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  a {
    color: var(--link);
    text-underline-offset: 0.18em;
  }
  /* Addresses, names and secrets run from left to right whatever the page does, and stand where its lines begin. */
  code,
  .mono,
  input,
  textarea,
  ::placeholder {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  code,
  .mono {
    font-family: var(--mono);
    font-size: 0.9em;
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: 0.8125rem;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important;
    }
  }
`;

export const controls = css`
  button {
    appearance: none;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 2.375rem;
    padding: 0 0.875rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-weight: 500;
    cursor: pointer;
    transition:
      background-color 0.12s,
      border-color 0.12s;
  }
  button:hover {
    background: var(--sunken);
    border-color: var(--control-line);
  }
  button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }
  button.primary:hover {
    background: var(--accent-hover);
  }
  button.danger {
    border-color: transparent;
    background: light-dark(#b3261e, #c23a31);
    color: #ffffff;
  }
  button.danger:hover {
    background: light-dark(#97201a, #b3342c);
  }
  button.ghost {
    min-height: 2rem;
    padding: 0 0.625rem;
    border-color: transparent;
    background: transparent;
    color: var(--quiet);
    font-size: 0.875rem;
  }
  button.ghost:hover {
    background: var(--sunken);
    color: var(--text);
  }
  button.link {
    min-height: 1.5rem;
    padding: 0;
    border: 0;
    background: none;
    color: var(--link);
    font-size: inherit;
    text-align: start;
    text-decoration: underline;
    text-underline-offset: 0.18em;
  }
  .either {
    display: grid;
    justify-items: center;
  }
  .either > * {
    grid-area: 1 / 1;
  }
  .ghost > .either {
    justify-items: start;
  }
  .either > [data-off] {
    visibility: hidden;
  }
  button[aria-disabled="true"] {
    cursor: progress;
    opacity: 0.65;
  }
  input,
  select,
  textarea {
    appearance: none;
    width: 100%;
    min-height: 2.5rem;
    padding: 0.4375rem 0.75rem;
    border: 1px solid var(--control-line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }
  textarea {
    display: block;
    resize: vertical;
  }
  select {
    padding-inline-end: 2.25rem;
    background-image:
      linear-gradient(45deg, transparent 50%, var(--quiet) 50%), linear-gradient(135deg, var(--quiet) 50%, transparent 50%);
    background-position:
      right 1.125rem center,
      right 0.8125rem center;
    background-repeat: no-repeat;
    background-size:
      0.3125rem 0.3125rem,
      0.3125rem 0.3125rem;
  }
  select:dir(rtl) {
    background-position:
      left 0.8125rem center,
      left 1.125rem center;
  }
  input[type="checkbox"] {
    appearance: auto;
    width: 1.125rem;
    height: 1.125rem;
    min-height: 0;
    margin: 0.1875rem 0 0;
    accent-color: var(--accent);
  }
  :is(input, select, textarea):disabled {
    background-color: var(--sunken);
    color: var(--quiet);
    opacity: 1;
    cursor: not-allowed;
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--quiet);
    opacity: 0.8;
  }
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline-offset: -1px;
  }
  [aria-invalid="true"] {
    border-color: var(--bad);
  }
  label,
  .label {
    display: block;
    font-weight: 600;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    width: fit-content;
    min-height: 1.75rem;
    border-radius: var(--radius);
    color: var(--quiet);
    font-weight: 600;
    list-style: none;
    cursor: pointer;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:hover {
    color: var(--text);
  }
  summary svg {
    transition: rotate 0.12s;
  }
  summary:dir(rtl) svg {
    rotate: 180deg;
  }
  details[open] > summary svg {
    rotate: 90deg;
  }
`;

/** A box with an error or a note. */
export const notices = css`
  .notice {
    display: flex;
    gap: 0.625rem;
    padding: 0.75rem 0.875rem;
    border-radius: var(--radius);
    background: var(--sunken);
  }
  .notice > svg {
    margin-block-start: 0.25rem;
  }
  .notice > div {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .notice.bad {
    background: var(--bad-soft);
  }
  .notice.bad > svg {
    color: var(--bad);
  }
  .notice.warn {
    background: var(--warn-soft);
  }
  .notice.warn > svg {
    color: var(--warn);
  }
  .notice.good {
    background: var(--good-soft);
  }
  .notice.good > svg {
    color: var(--good);
  }
  .notice strong {
    display: block;
    font-weight: 600;
  }
  .notice button {
    margin-block-start: 0.5rem;
  }
  .notice p + p,
  .notice strong + p {
    margin-block-start: 0.25rem;
  }
`;
