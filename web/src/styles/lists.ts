/** The layout of a list with a search box: the box, the rows, and the empty state. */

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
    min-width: 0;
  }
  .bar button {
    min-height: 2.5rem;
  }
  @container (max-width: 28rem) {
    .bar > :is(.search, select, button) {
      flex: 1 1 100%;
      max-width: none;
    }
    .bar > select:not(:only-of-type) {
      flex-basis: 8rem;
    }
  }
  .rows,
  .skeleton {
    overflow: clip;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) + 4px);
    background: var(--surface);
  }
  .rows > li + li {
    border-block-start: 1px solid var(--line);
  }
  .skeleton span {
    display: block;
    width: 38%;
    height: 0.75rem;
    margin: 1.0625rem 1.25rem;
    border-radius: 99px;
    background: var(--line);
    animation: breathe 1.6s ease-in-out infinite;
  }
  .skeleton span:nth-child(even) {
    width: 56%;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
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
  .blank h2 {
    font-size: 1.125rem;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .blank p {
    max-width: 28rem;
    text-wrap: balance;
  }
  .blank button {
    margin-block-start: 0.75rem;
  }
  .badge {
    display: grid;
    place-items: center;
    width: 3rem;
    height: 3rem;
    margin-block-end: 0.25rem;
    border-radius: 50%;
    background: var(--sunken);
    color: var(--quiet);
  }
  .badge svg {
    width: 1.375rem;
    height: 1.375rem;
  }
`;
