/** How a list with a search box above it stands: the box, the rows, what is there when there is none. */

import { css } from "lit";

export const lists = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
    align-items: center;
  }
  .search {
    position: relative;
    flex: 1 1 14rem;
    max-width: 24rem;
  }
  .search svg {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-start: 0.75rem;
    color: var(--quiet);
    pointer-events: none;
  }
  .search input {
    padding-inline-start: 2.25rem;
  }
  .bar select {
    flex: 0 1 13rem;
    width: auto;
  }
  @container (max-width: 28rem) {
    .bar > :is(.search, select, button) {
      flex: 1 1 100%;
      max-width: none;
    }
  }
  .rows {
    overflow: clip;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) + 4px);
    background: var(--surface);
  }
  .rows > li + li {
    border-block-start: 1px solid var(--line);
  }
  .more {
    justify-self: center;
  }
  .blank {
    display: grid;
    justify-items: center;
    gap: 0.5rem;
    padding: 3rem 1.25rem;
    border: 1px dashed var(--line);
    border-radius: calc(var(--radius) + 4px);
    text-align: center;
  }
  .blank h3 {
    font-size: 1.0625rem;
    font-weight: 600;
  }
  .blank p {
    max-width: 28rem;
    text-wrap: balance;
  }
  .blank > svg {
    width: 1.5rem;
    height: 1.5rem;
    color: var(--quiet);
  }
  .notice button,
  .blank button {
    margin-block-start: 0.5rem;
  }
`;
