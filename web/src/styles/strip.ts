/** The tab strip. It scrolls on a phone. */

import { css } from "lit";

export const strip = css`
  nav {
    display: flex;
    gap: 1.25rem;
    margin-block-end: 1.25rem;
    border-block-end: 1px solid var(--line);
    overflow-x: auto;
  }
  nav a {
    padding-block: 0.5rem;
    border-block-end: 2px solid transparent;
    color: var(--quiet);
    font-weight: 600;
    text-decoration: none;
    white-space: nowrap;
  }
  nav a:hover {
    color: var(--text);
  }
  nav a[aria-current] {
    border-color: var(--accent);
    color: var(--text);
  }
`;
