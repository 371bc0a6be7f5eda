import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CheckOptions } from "../api/client.js";
import { asApiError, isAbort, type ApiError } from "../api/problem.js";
import type { Check, Step } from "../api/types.js";

/** Runs one connection test at a time for an element, and shows its steps and its result. */
export class CheckRun implements ReactiveController {
  steps: readonly Step[] = [];
  check: Check | null = null;
  error: ApiError | null = null;
  cancelled = false;
  /** The tested form has changed. */
  stale = false;
  readonly #host: ReactiveControllerHost;
  #abort: AbortController | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get running(): boolean {
    return this.#abort !== null;
  }

  /** Whether there is a result or a running test. */
  get started(): boolean {
    return this.running || this.check !== null || this.error !== null || this.cancelled;
  }

  /** Runs a test. Returns `null` if it was canceled or could not run. */
  async start(test: (options: CheckOptions) => Promise<Check>): Promise<Check | null> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#show({});
    const onStep = (step: Step): void => {
      if (this.#abort !== abort) return;
      this.steps = [...this.steps, step];
      this.#host.requestUpdate();
    };
    let outcome: Partial<Pick<CheckRun, "check" | "error" | "cancelled">>;
    try {
      outcome = { check: await test({ signal: abort.signal, onStep }) };
    } catch (error) {
      outcome = isAbort(error) ? { cancelled: true } : { error: asApiError(error) };
    }
    // Another test may have replaced this one.
    if (this.#abort !== abort) return null;
    this.#abort = null;
    this.#show(outcome);
    return this.check;
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Shows the result of another test. */
  show(check: Check): void {
    this.cancel();
    this.#abort = null;
    this.#show({ check });
  }

  /** Clears the result. */
  clear(): void {
    this.cancel();
    this.#abort = null;
    this.#show({});
  }

  /** The tested form has changed: a success is no longer valid; a failure stays visible. */
  outdate(): void {
    if (this.running) this.cancel();
    else if (this.check?.ok) this.#show({});
    else if (!this.stale && this.started) {
      this.stale = true;
      this.#host.requestUpdate();
    }
  }

  /** The result element is not part of the first load. */
  hostConnected(): void {
    void import("./check-result.js").catch(() => undefined);
  }

  hostDisconnected(): void {
    this.cancel();
  }

  /**
   * The current result. `consent` offers to trust a token service, `commands` are the manual test, and
   * `brief` shows the essentials and hides the rest.
   */
  render(consent: boolean, commands: readonly string[] = [], brief = false): TemplateResult {
    return html`<bowline-check-result
      .steps=${this.steps}
      .check=${this.check}
      .error=${this.error}
      .running=${this.running}
      .cancelled=${this.cancelled}
      .stale=${this.stale}
      .consent=${consent}
      .commands=${commands}
      ?brief=${brief}
    ></bowline-check-result>`;
  }

  #show({ check = null, error = null, cancelled = false }: Partial<Pick<CheckRun, "check" | "error" | "cancelled">>): void {
    // Keep the steps that ended before the test was aborted.
    if (!cancelled && error === null) this.steps = [];
    this.check = check;
    this.error = error;
    this.cancelled = cancelled;
    this.stale = false;
    this.#host.requestUpdate();
  }
}
