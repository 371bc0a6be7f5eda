/** The layout of a panel. */

import { css } from "lit";

export const panels = css`
  .panel {
    display: grid;
    gap: 1.25rem;
    min-width: 0;
    padding: 1.25rem 1rem;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) + 4px);
    background: var(--surface);
  }
  @container (min-width: 30rem) {
    .panel {
      padding: 1.5rem;
    }
  }
  h2 {
    font-size: 1.0625rem;
    font-weight: 650;
  }
  h3 {
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
    align-items: center;
  }
`;
