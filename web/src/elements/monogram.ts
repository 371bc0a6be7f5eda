/** Two letters for a registry type. The page draws them, so that it uses no vendor's logo. */

import { css, html, type TemplateResult } from "lit";

/** The two letters of a title: the initials of its first two words, its first two capitals, or its first two letters. */
export function lettersOf(title: string): string {
  const words = title.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const [first = "", second = ""] = words;
  if (second !== "") return (first.slice(0, 1) + second.slice(0, 1)).toUpperCase();
  const large = first.replace(/[^\p{Lu}]/gu, "");
  return large.length > 1 ? large.slice(0, 2) : first.slice(0, 2);
}

export function monogram(title: string): TemplateResult {
  return html`<span class="monogram" aria-hidden="true">${lettersOf(title)}</span>`;
}

export const monogramStyles = css`
  .monogram {
    display: inline-grid;
    place-items: center;
    flex: none;
    inline-size: 1.625rem;
    block-size: 1.625rem;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--sunken);
    color: var(--quiet);
    font-size: 0.6875rem;
    font-weight: 650;
    letter-spacing: 0.02em;
    line-height: 1;
  }
`;
