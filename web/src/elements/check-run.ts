import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { CheckOptions } from "../api/client.js";
import { asApiError, isAbort, type ApiError } from "../api/problem.js";
import type { Check, Step } from "../api/types.js";

/** One connection test at a time of an element: started, followed step by step, canceled, shown. */
export class CheckRun implements ReactiveController {
  steps: readonly Step[] = [];
  check: Check | null = null;
  error: ApiError | null = null;
  cancelled = false;
  /** What was tested has changed since. */
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

  /** Whether there is an outcome, or one is on its way. */
  get started(): boolean {
    return this.running || this.check !== null || this.error !== null || this.cancelled;
  }

  /** Runs a test to its end; `null` when it was canceled or could not be made. */
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
    // Another test may have taken this one's place.
    if (this.#abort !== abort) return null;
    this.#abort = null;
    this.#show(outcome);
    return this.check;
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Shows the outcome of a test that was made elsewhere. */
  show(check: Check): void {
    this.cancel();
    this.#abort = null;
    this.#show({ check });
  }

  /** Nothing was tested yet. */
  clear(): void {
    this.cancel();
    this.#abort = null;
    this.#show({});
  }

  /** What was tested has changed: a success proves nothing any more; a failure stays to be read. */
  outdate(): void {
    if (this.running) this.cancel();
    else if (this.check?.ok) this.#show({});
    else if (!this.stale && this.started) {
      this.stale = true;
      this.#host.requestUpdate();
    }
  }

  /** What shows the outcome is not part of the first view. */
  hostConnected(): void {
    void import("./check-result.js").catch(() => undefined);
  }

  hostDisconnected(): void {
    this.cancel();
  }

  /**
   * The result as it stands; `consent` offers to trust a foreign token service, `commands` are the test by hand, and
   * `brief` shows what matters first and the rest when asked for.
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
    // What ended before a test broke off stays to be read.
    if (!cancelled && error === null) this.steps = [];
    this.check = check;
    this.error = error;
    this.cancelled = cancelled;
    this.stale = false;
    this.#host.requestUpdate();
  }
}
