/** The card in the middle of the page for users who are not signed in. */

import { css } from "lit";

export const signInCard = css`
  .card {
    display: grid;
    gap: 1rem;
    max-width: 26rem;
    margin: clamp(1rem, 10vh, 7rem) auto 0;
    padding: 2rem 1.5rem;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) + 6px);
    background: var(--surface);
  }
  h1 {
    margin: 0;
    font-size: 1.25rem;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .badge {
    display: grid;
    place-items: center;
    width: 2.5rem;
    height: 2.5rem;
    border-radius: 50%;
    background: var(--sunken);
    color: var(--quiet);
  }
`;
