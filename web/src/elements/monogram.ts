/** Two letters that stand for a registry type: drawn by the page itself, so that no vendor's mark is used. */

import { css, html, type TemplateResult } from "lit";

/** The two letters of a title: of its first two words, else of what is written large, else the first two. */
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
