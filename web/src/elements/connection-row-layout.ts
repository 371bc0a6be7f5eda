/** The layout of a connection in the list: stacked, or side by side if there is room. */

import { css } from "lit";

export const rowLayout = css`
  :host {
    container-type: inline-size;
  }
  .row {
    display: grid;
    grid-template-columns: 0.5rem minmax(0, 1fr);
    gap: 0.25rem 0.875rem;
    align-items: center;
    padding: 0.875rem 1rem;
  }
  .dot {
    align-self: start;
    width: 0.5rem;
    height: 0.5rem;
    margin-block-start: 0.5rem;
    border-radius: 50%;
    background: var(--line);
  }
  .dot.good {
    background: light-dark(#2a9d68, #4cc38a);
  }
  .dot.partial {
    background: light-dark(#d29922, #eebd5c);
  }
  .dot.bad {
    background: light-dark(#d1372c, #ff7b6f);
  }
  .what {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  button.name {
    display: inline-flex;
    justify-content: flex-start;
    gap: 0.25rem;
    min-height: 1.5rem;
    padding: 0;
    border: 0;
    background: none;
    text-align: start;
    font-weight: 600;
  }
  button.name svg {
    width: 0.875rem;
    height: 0.875rem;
    color: var(--quiet);
    transition: rotate 0.12s;
  }
  button.name:dir(rtl) svg {
    rotate: 180deg;
  }
  :host([open]) button.name svg {
    rotate: 90deg;
  }
  .state,
  .buttons {
    grid-column: 2;
  }
  .state {
    font-size: 0.8125rem;
    color: var(--quiet);
  }
  .state .bad {
    color: var(--bad);
  }
  .state .warn {
    color: var(--warn);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: -0.625rem;
  }
  .rename {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0.375rem 0.75rem;
    align-items: center;
    max-width: 32rem;
  }
  .rename .buttons {
    grid-area: auto / 2;
    gap: 0.5rem;
    margin: 0;
  }
  .name-error {
    grid-column: 2;
    color: var(--bad);
  }
  .name-error:empty {
    display: none;
  }
  .places {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-block-end: 1.25rem;
  }
  .details {
    display: grid;
    gap: 1.5rem;
    padding-block: 0.25rem 1.25rem;
    padding-inline: 2.375rem 1rem;
  }
  /* A check that runs has room for its outcome, so that the connections below stay where they are. */
  .result {
    min-block-size: 24rem;
    padding: 0.75rem 1rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  dl {
    display: grid;
    grid-template-columns: minmax(6rem, auto) 1fr;
    gap: 0.3125rem 1rem;
    align-content: start;
    font-size: 0.875rem;
  }
  dt {
    color: var(--quiet);
  }
  dd {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  @container (min-width: 34rem) {
    .row {
      grid-template-columns: 0.5rem minmax(0, 1fr) auto;
      padding-inline: 1.25rem;
    }
    .buttons {
      grid-row: 1 / span 2;
      grid-column: 3;
      margin: 0;
    }
    .details {
      padding-inline: 2.625rem 1.25rem;
    }
  }
  @container (min-width: 54rem) {
    .row {
      grid-template-columns: 0.5rem minmax(0, 1fr) 11.5rem auto;
      column-gap: 1rem;
    }
    .state,
    .buttons {
      grid-row: auto;
      grid-column: auto;
    }
    .details {
      padding-inline-start: 2.75rem;
    }
    .tested {
      grid-template-columns: 1fr minmax(18rem, 22rem);
    }
    .tested > :first-child {
      grid-area: 1 / 2;
    }
    .tested > :last-child {
      grid-area: 1 / 1;
    }
  }
`;
