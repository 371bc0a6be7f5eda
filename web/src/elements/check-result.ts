import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { ApiError } from "../api/problem.js";
import { STEPS, type Check, type CheckProblem, type Facts, type Step, type StepName } from "../api/types.js";
import { inFull } from "../formats.js";
import { problemText, stepText, text } from "../messages.js";
import { controls, notices, theme } from "../styles/theme.js";
import "./copy-lines.js";
import { element } from "./element.js";
import { problemBox, sentenceOf } from "./failure.js";
import { icon } from "./icons.js";

/** `bowline-trust`: the user consents to sending credentials to this token service. */
export interface TrustDetail {
  readonly host: string;
}

type StepState = "active" | Step["status"];

/**
 * A connection test: a live timeline of its steps, then the result or the problem, what to do about it, facts, and
 * warnings. It grows only at its end, so that the text does not move.
 *
 * Properties: `steps` (the finished steps), `running`, `check` (the result), `error` (the error if the test could not
 * run), `stale` (the form has changed since), `cancelled`, `consent` (offers to trust a token service), `commands` (the
 * manual test, offered after a failure), `brief` (shows only the result and the failed step, with a button for the rest).
 * Event: `bowline-trust` with {@link TrustDetail}.
 */
@element("bowline-check-result")
export class BowlineCheckResult extends LitElement {
  @property({ attribute: false }) steps: readonly Step[] = [];
  @property({ attribute: false }) check: Check | null = null;
  @property({ attribute: false }) error: ApiError | null = null;
  @property({ type: Boolean }) running = false;
  @property({ type: Boolean }) cancelled = false;
  @property({ type: Boolean }) stale = false;
  @property({ type: Boolean }) consent = false;
  @property({ attribute: false }) commands: readonly string[] = [];
  @property({ type: Boolean }) brief = false;
  /** Whether the rest of a brief result is visible. */
  @state() private whole = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("running") && this.running) this.whole = false;
  }

  protected override render(): TemplateResult {
    if (this.brief && !this.whole && this.check !== null) return this.#brief(this.check);
    return html`
      <p class="visually-hidden" role="status">${this.#spoken()}</p>
      <p class="quiet say">${this.#say()}</p>
      <ol>
        ${STEPS.map((name) => this.#step(name, this.#state(name)))}
      </ol>
      ${this.#outcome()}
      ${this.check === null ? nothing : [(this.check.warnings ?? []).map((warning) => problemBox(warning, "warn")), facts(this.check.facts ?? {})]}
      ${this.#byHand()}
    `;
  }

  /** The result, below the failed step. */
  #brief({ steps, warnings = [] }: Check): TemplateResult {
    const failed = steps.find(({ status }) => status === "failed");
    const all = (): void => {
      this.whole = true;
    };
    return html`
      <p class="visually-hidden" role="status">${this.#spoken()}</p>
      <p class="quiet say">${this.#say()}</p>
      ${failed === undefined ? nothing : html`<ol>${this.#step(failed.step, "failed")}</ol>`}
      ${this.#outcome()} ${warnings.map((warning) => problemBox(warning, "warn"))}
      <button type="button" class="ghost all" data-testid="all-steps-button" @click=${all}>${text().check.allSteps}</button>
    `;
  }

  /** The state, in a line of fixed height. */
  #say(): string {
    const { check } = text();
    if (this.stale) return check.stale;
    if (this.running) return check.running;
    if (this.cancelled) return check.cancelled;
    if (this.check === null) return this.error === null ? check.idle : "";
    const took = this.check.steps.reduce((sum, { elapsedMs }) => sum + (elapsedMs ?? 0), 0);
    return took === 0 ? "" : check.took(check.milliseconds(took));
  }

  #outcome(): TemplateResult | typeof nothing {
    const { check } = text();
    if (this.error !== null) return problemBox({ code: this.error.code, title: this.error.message, detail: this.error.detail });
    if (this.check === null) return nothing;
    const { ok, proved, problem } = this.check;
    if (!ok && problem) return problemBox(this.#onlyOnce(problem), "bad", this.#consent(problem));
    const title = check.proofs[proved];
    return html`<div class="notice ${ok ? "good" : "bad"}" data-testid="check-outcome" data-ok=${ok}>
      ${icon(ok ? "check" : "alert")}
      <div><strong>${title}</strong></div>
    </div>`;
  }

  /** Do not repeat the text of the failed step. */
  #onlyOnce(problem: CheckProblem): CheckProblem {
    const told = this.check?.steps.some(({ detail }) => detail && detail === problem.detail);
    return told ? { ...problem, detail: "" } : problem;
  }

  #consent(problem: CheckProblem): TemplateResult | typeof nothing {
    const host = hostOf(this.check?.facts?.realm ?? "");
    if (!this.consent || problem.field !== "trustedAuthHosts" || host === "") return nothing;
    const { trust, trustDetail } = text().check;
    const detail: TrustDetail = { host };
    const consent = (): boolean => this.dispatchEvent(new CustomEvent("bowline-trust", { detail, bubbles: true, composed: true }));
    return html`<p class="small">${trustDetail}</p>
      <button type="button" data-testid="trust-button" @click=${consent}>${trust(host)}</button>`;
  }

  #step(name: StepName, state: StepState | undefined): TemplateResult | typeof nothing {
    if (state === undefined) return nothing;
    const { check } = text();
    const step = this.#ended(name);
    const elapsed = step?.elapsedMs ?? null;
    const told = step === undefined ? "" : stepText(step);
    return html`<li class=${state} data-testid="check-step-${name}" data-status=${state}>
      <span class="mark">${mark(state)}</span>
      <div>
        <p class="line">
          <span class="name">${check.steps[name]}</span>
          <span class="visually-hidden">${state === "active" ? check.active : check.statuses[state]}</span>
          <span class="elapsed">${elapsed === null || state === "skipped" ? "" : check.milliseconds(elapsed)}</span>
        </p>
        ${told === "" ? nothing : html`<p class="small quiet">${told}</p>`}
      </div>
    </li>`;
  }

  /** The manual test, after a failure. */
  #byHand(): TemplateResult | typeof nothing {
    if (this.check?.ok !== false || this.commands.length === 0) return nothing;
    const { byHand, byHandDetail } = text().check;
    return html`<section aria-labelledby="by-hand">
      <p class="heading" id="by-hand">${byHand}</p>
      <p class="small quiet">${byHandDetail}</p>
      <bowline-copy-lines .lines=${this.commands}></bowline-copy-lines>
    </section>`;
  }

  #ended(name: StepName): Step | undefined {
    const steps = this.check?.steps ?? this.steps;
    return steps.find((step) => step.step === name);
  }

  /** The state of a step; `undefined` before it starts. */
  #state(name: StepName): StepState | undefined {
    const step = this.#ended(name);
    if (step !== undefined) return step.status;
    const next = STEPS.find((other) => this.#ended(other) === undefined);
    const failed = this.steps.some((other) => other.status === "failed");
    return this.running && !failed && next === name ? "active" : undefined;
  }

  /** The text for screen readers: each step as it ends, then the result. */
  #spoken(): string {
    const { check } = text();
    if (this.error !== null) return sentenceOf(this.error);
    if (this.check !== null) {
      if (this.check.ok || !this.check.problem) return check.proofs[this.check.proved];
      const { title, detail, hint } = problemText(this.check.problem);
      return [title, detail, hint].filter((part) => part !== "").join(" ");
    }
    if (!this.running) return this.cancelled ? check.cancelled : "";
    const last = this.steps.at(-1);
    return last === undefined ? check.running : `${check.steps[last.step]}: ${check.statuses[last.status]}`;
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      :host {
        display: grid;
        gap: 1rem;
        container-type: inline-size;
      }
      .heading {
        font-size: 0.9375rem;
        font-weight: 600;
      }
      .all {
        justify-self: start;
        margin-inline-start: -0.625rem;
      }
      bowline-copy-lines {
        margin-block-start: 0.5rem;
      }
      .say {
        min-height: 1.5em;
      }
      ol {
        display: grid;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: 1.25rem 1fr;
        gap: 0.75rem;
        padding-block: 0.4375rem;
      }
      li > div {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      li:not(:last-child)::before {
        content: "";
        position: absolute;
        inset-block: 2rem -0.375rem;
        inset-inline-start: 0.59375rem;
        width: 1px;
        background: var(--line);
      }
      .mark {
        display: grid;
        place-items: center;
        width: 1.25rem;
        height: 1.25rem;
        margin-block-start: 0.125rem;
        border: 1.5px solid var(--line);
        border-radius: 50%;
        color: var(--quiet);
      }
      .mark svg {
        width: 0.75rem;
        height: 0.75rem;
        stroke-width: 3;
      }
      .passed .mark {
        border-color: transparent;
        background: var(--good-soft);
        color: var(--good);
      }
      .failed .mark {
        border-color: transparent;
        background: var(--bad-soft);
        color: var(--bad);
      }
      .active .mark {
        border-color: var(--line);
        border-block-start-color: var(--accent);
        animation: turn 0.8s linear infinite;
      }
      .skipped .name {
        color: var(--quiet);
      }
      .failed .name {
        color: var(--bad);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 0.5rem;
      }
      .elapsed {
        color: var(--quiet);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, auto) 1fr;
        gap: 0.25rem 1rem;
        align-items: baseline;
        padding-block-start: 1rem;
        border-block-start: 1px solid var(--line);
        font-size: 0.8125rem;
      }
      dt {
        color: var(--quiet);
      }
      dd {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .notice button {
        height: auto;
        padding-block: 0.375rem;
        text-align: start;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
    `,
  ];
}

/** The host that a realm's consent is about: `auth.example.com`, `auth.example.com:5001`. */
export function hostOf(realm: string): string {
  try {
    return new URL(realm).host;
  } catch {
    return /^[\w.-]+(:\d+)?$/.test(realm) ? realm : "";
  }
}

function mark(state: StepState): TemplateResult | typeof nothing {
  if (state === "passed") return icon("check");
  if (state === "failed") return icon("cross");
  if (state === "skipped") return icon("dash");
  return nothing;
}

function facts(known: Facts): TemplateResult | typeof nothing {
  const { facts: labels, canPush, rateLimit } = text().check;
  const push = typeof known.canPush === "string" && known.canPush !== "unknown" ? canPush[known.canPush] : "";
  const limit = known.rateLimit;
  const hours = limit?.windowSeconds ? Math.round(limit.windowSeconds / 360) / 10 : null;
  const rows: [string, string, boolean][] = [
    [labels.image, known.image ?? "", true],
    [labels.digest, shortDigest(known.digest ?? ""), true],
    [labels.server, known.server ?? "", false],
    [labels.scheme, known.scheme && known.scheme !== "none" ? capital(known.scheme) : "", false],
    [labels.realm, known.realm ?? "", true],
    [labels.canPush, push, false],
    [labels.tokenExpiresAt, inFull(known.tokenExpiresAt ?? ""), false],
    [labels.rateLimit, typeof limit?.remaining === "number" ? rateLimit(limit.remaining, limit.limit ?? null, hours) : "", false],
  ];
  const shown = rows.filter(([, value]) => value !== "");
  if (shown.length === 0) return nothing;
  return html`<dl>
    ${shown.map(
      ([label, value, mono]) => html`<dt>${label}</dt>
      <dd class=${mono ? "mono" : ""}>${value}</dd>`,
    )}
  </dl>`;
}

function shortDigest(digest: string): string {
  return digest.length > 26 ? `${digest.slice(0, 19)}…${digest.slice(-6)}` : digest;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-check-result": BowlineCheckResult;
  }
  interface HTMLElementEventMap {
    "bowline-trust": CustomEvent<TrustDetail>;
  }
}
