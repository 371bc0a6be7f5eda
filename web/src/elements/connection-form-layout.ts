/** The layout of the connection form: two columns if there is room, otherwise one. */

import { css } from "lit";

export const formLayout = css`
  :host {
    container-type: inline-size;
  }
  .columns {
    display: grid;
    gap: 1.25rem;
    align-items: start;
  }
  @container (min-width: 52rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr) minmax(18rem, 23rem);
    }
    .test {
      position: sticky;
      inset-block-start: 1.25rem;
    }
  }
  form details {
    border-block-start: 1px solid var(--line);
    padding-block-start: 1rem;
  }
  /* A test that failed says it again below; what is gone here leaves its place. */
  .by-hand[data-again]:not([open]) {
    visibility: hidden;
  }
  .by-hand bowline-copy-lines {
    margin-block-start: 0.5rem;
  }
  .more {
    display: grid;
    gap: 1.25rem;
    padding-block-start: 1rem;
  }
  .docs a {
    display: inline-block;
    padding-block: 0.125rem;
  }
  .filled {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    color: var(--quiet);
    font-size: 0.875rem;
  }
  .choice {
    display: grid;
    gap: 0.375rem;
  }
  .under {
    display: grid;
    align-items: center;
    min-height: 1.75rem;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }
  .chips li {
    display: inline-flex;
    align-items: center;
    gap: 0.25rem;
    padding-inline-start: 0.625rem;
    border-radius: 99px;
    background: var(--sunken);
  }
  .chips button {
    width: 1.75rem;
    min-height: 1.75rem;
    padding: 0;
    border-radius: 99px;
  }
`;
