import { ready, type Decision, type Image, type Policy } from "bowline";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { asApiError, isAbort, type ApiError } from "../api/problem.js";
import { text } from "../messages.js";
import { imagesOf, nameOf } from "../policy/images.js";
import { Inventory } from "../policy/judge.js";
import { controls, notices, theme } from "../styles/theme.js";
import { element } from "./element.js";
import { failure } from "./failure.js";
import { icon } from "./icons.js";

/** The source of a registry's real images. */
export type ImageSource = (signal: AbortSignal) => Promise<{ readonly images: readonly Image[]; readonly complete: boolean }>;

type Filter = "all" | "taken" | "left";

/** The fixed height of a row in pixels, as in the style sheet. */
const ROW = 44;
/** The number of rows to render beyond the visible ones. */
const MARGIN = 8;
/** Longer text is not put into the box, because its layout would take seconds. */
const LONG = 200_000;
/** The pause in typing before an evaluation, in milliseconds. */
const PAUSE_MS = 120;

/**
 * Shows which images of a list match patterns or a policy, and the pattern that decided.
 * Supports 100,000 names: it evaluates them in slices and renders only visible rows.
 *
 * Properties: `policy` or `patterns`; `images` or pasted ones; `source`, which offers the registry's own images. Read-only:
 * `decisions`. Event: `bowline-judged`, when the list was evaluated again.
 */
@element("bowline-pattern-tester")
export class BowlinePatternTester extends LitElement {
  @property({ attribute: false }) policy: Policy | null = null;
  @property({ attribute: false }) patterns: readonly string[] | null = null;
  @property({ attribute: false }) images: readonly Image[] | null = null;
  @property({ attribute: false }) source: ImageSource | null = null;

  @state() private inventory = new Inventory([]);
  @state() private judged: readonly Decision[] = [];
  @state() private filter: Filter = "all";
  @state() private judging = false;
  @state() private invalid = false;
  /** The text about the source of the images. */
  @state() private from = "";
  @state() private loadError: ApiError | null = null;
  @state() private top = 0;
  @state() private height = 0;
  @state() private loading: AbortController | null = null;

  #run: AbortController | null = null;
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** The indexes that the filter shows. */
  #shown: readonly number[] = [];

  /** The decision for each image, in order. */
  get decisions(): readonly Decision[] {
    return this.judged;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#pause);
    this.#run?.abort();
    this.loading?.abort();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("images") && this.images !== null) this.#take(this.images);
    else if (changed.has("policy") || changed.has("patterns")) this.#soon();
    if (["filter", "judged"].some((name) => changed.has(name))) this.#shown = this.#filtered();
  }

  protected override updated(): void {
    const list = this.renderRoot.querySelector<HTMLElement>(".list");
    const rows = this.renderRoot.querySelector<HTMLElement>(".rows");
    if (list === null || rows === null) return;
    this.height = list.clientHeight;
    // Set on the element: a strict Content-Security-Policy forbids style attributes.
    rows.style.blockSize = `${this.#shown.length * ROW}px`;
    rows.style.paddingBlockStart = `${this.#first() * ROW}px`;
  }

  protected override render(): TemplateResult {
    return html`${this.#input()} ${this.inventory.images.length === 0 ? nothing : [this.#bar(), this.#list()]}`;
  }

  // --- judging

  #take(images: readonly Image[]): void {
    this.inventory = new Inventory(images);
    this.judged = [];
    this.top = 0;
    this.#soon(0);
  }

  #soon(pause = PAUSE_MS): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#judge(), pause);
  }

  async #judge(): Promise<void> {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    const policy = this.patterns === null ? this.policy : { include: this.patterns };
    this.judging = true;
    try {
      await ready();
      const judged = await this.inventory.judge(policy, Date.now(), run.signal);
      if (judged === null) return;
      this.judged = judged;
      this.invalid = false;
      this.dispatchEvent(new CustomEvent("bowline-judged", { bubbles: true, composed: true }));
    } catch {
      this.invalid = true;
    } finally {
      if (this.#run === run) this.judging = false;
    }
  }

  #filtered(): number[] {
    const all = [...this.judged.keys()];
    if (this.filter === "all") return all;
    const taken = this.filter === "taken";
    return all.filter((place) => this.judged[place]?.selected === taken);
  }

  // --- input

  #typed(event: Event): void {
    if (!(event.currentTarget instanceof HTMLTextAreaElement)) return;
    this.from = "";
    this.#take(imagesOf(event.currentTarget.value));
  }

  #pasted(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (pasted.length < LONG) return;
    event.preventDefault();
    const images = imagesOf(pasted);
    this.from = text().tester.pasted(images.length);
    this.#take(images);
  }

  async #load(): Promise<void> {
    const { source } = this;
    if (source === null || this.loading !== null) return;
    const loading = new AbortController();
    this.loading = loading;
    this.loadError = null;
    try {
      const { images, complete } = await source(loading.signal);
      this.from = text().tester.loaded(images.length, complete);
      this.#take(images);
    } catch (error) {
      if (!isAbort(error)) this.loadError = asApiError(error);
    } finally {
      this.loading = null;
    }
  }

  // --- drawing

  #input(): TemplateResult {
    const { tester } = text();
    return html`<div class="input">
      ${
        this.images !== null
          ? nothing
          : html`
        <label for="names">${tester.paste}</label>
        <p class="small quiet" id="help">${tester.pasteHelp}</p>
        <textarea id="names" class="mono" rows="4" data-testid="tester-input" spellcheck="false" autocapitalize="off" autocomplete="off"
          placeholder=${tester.pastePlaceholder} aria-describedby="help" @input=${this.#typed} @paste=${this.#pasted}></textarea>`
      }
      <div class="load">
        ${
          this.source === null
            ? nothing
            : this.loading === null
              ? html`<button type="button" data-testid="tester-load-button" @click=${this.#load}>${icon("box")}${tester.fromRegistry}</button>`
              : html`<button type="button" @click=${() => this.loading?.abort()}>${tester.stop}</button>`
        }
        <p class="small quiet" role="status">${this.loading === null ? this.from : tester.loading}</p>
      </div>
      ${this.loadError === null ? nothing : failure(this.loadError)}
    </div>`;
  }

  #bar(): TemplateResult {
    const { tester } = text();
    const taken = this.judged.reduce((sum, decision) => sum + (decision.selected ? 1 : 0), 0);
    const say = this.invalid ? tester.invalid : this.judged.length === 0 ? tester.judging : tester.summary(taken, this.judged.length);
    return html`<div class="bar">
      <p role="status" data-testid="tester-summary" aria-busy=${this.judging || this.judged.length === 0 ? "true" : "false"}>${say}</p>
      <fieldset>
        <legend class="visually-hidden">${tester.show}</legend>
        ${Object.entries(tester.filters).map(
          ([name, label]) => html`<label>
          <input type="radio" name="filter" value=${name} data-testid="tester-filter-${name}" .checked=${this.filter === name}
            @change=${() => this.#choose(name as Filter)} /><span>${label}</span>
        </label>`,
        )}
      </fieldset>
    </div>`;
  }

  #choose(filter: Filter): void {
    this.filter = filter;
    this.top = 0;
    this.renderRoot.querySelector(".list")?.scrollTo({ top: 0 });
  }

  #list(): TemplateResult | typeof nothing {
    const { tester } = text();
    // The editor shows the error. Earlier results would be outdated.
    if (this.invalid) return nothing;
    if (this.judged.length > 0 && this.#shown.length === 0) return html`<p class="quiet none">${tester.none}</p>`;
    const first = this.#first();
    const count = Math.ceil(this.height / ROW) + 2 * MARGIN;
    return html`<div class="list" tabindex="0" role="group" aria-label=${tester.results} @scroll=${this.#scrolled}>
      <ul class="rows">
        ${this.#shown.slice(first, first + count).map((place, index) => this.#row(place, first + index + 1))}
      </ul>
    </div>`;
  }

  #row(place: number, position: number): TemplateResult | typeof nothing {
    const { tester } = text();
    const image = this.inventory.images[place];
    const decision = this.judged[place];
    if (image === undefined || decision === undefined) return nothing;
    return html`<li aria-posinset=${position} aria-setsize=${this.#shown.length} data-testid="tester-row" data-selected=${decision.selected}>
      <span class="mark ${decision.selected ? "taken" : "left"}">${icon(decision.selected ? "check" : "dash")}</span>
      <span class="mono name" title=${nameOf(image)}><span class="repository">${image.repository}</span><span>${image.tag ? `:${image.tag}` : ""}</span></span>
      <span class="small quiet why"><span class="visually-hidden">${decision.selected ? tester.taken : tester.left}: </span>${this.#why(decision)}</span>
    </li>`;
  }

  #why({ by, pattern, selected }: Decision): string {
    const { why } = text().tester;
    const lists = this.patterns === null ? this.policy : { include: this.patterns };
    const at = (list: readonly string[] | null | undefined): string => (pattern === null ? "" : (list?.[pattern] ?? ""));
    switch (by) {
      case "artifact":
        return why.artifact;
      case "never":
        return why.never(at(lists?.never));
      case "always":
        return why.always(at(lists?.always));
      case "condition":
        return selected ? why.met : why.condition;
      case "include":
        if (!selected) return why.nothing;
        return pattern === null ? why.everything : why.include(at(lists?.include));
    }
  }

  #first(): number {
    return Math.max(0, Math.floor(this.top / ROW) - MARGIN);
  }

  #scrolled(event: Event): void {
    if (event.currentTarget instanceof HTMLElement) this.top = event.currentTarget.scrollTop;
  }

  static override styles = [
    theme,
    controls,
    notices,
    css`
      :host {
        display: grid;
        gap: 1rem;
        min-width: 0;
        container-type: inline-size;
      }
      .input {
        display: grid;
        gap: 0.375rem;
      }
      .load {
        display: grid;
        justify-items: start;
        gap: 0.5rem;
        margin-block-start: 0.25rem;
      }
      .load p {
        min-height: 1lh;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 1rem;
        align-items: center;
        justify-content: space-between;
      }
      .bar p {
        flex: 1 1 100%;
        font-weight: 600;
      }
      .bar fieldset {
        display: flex;
        padding: 0.1875rem;
        border-radius: var(--radius);
        background: var(--sunken);
      }
      .bar input {
        position: absolute;
        width: 1px;
        min-height: 0;
        height: 1px;
        margin: 0;
        padding: 0;
        opacity: 0;
      }
      .bar label {
        position: relative;
        font-weight: 500;
        cursor: pointer;
      }
      .bar label span {
        display: block;
        padding: 0.1875rem 0.75rem;
        border-radius: calc(var(--radius) - 2px);
        color: var(--quiet);
        font-size: 0.875rem;
      }
      .bar :checked + span {
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 1px 2px rgb(0 0 0 / 0.14);
      }
      .bar :focus-visible + span {
        outline: 2px solid var(--focus);
      }
      .list {
        overflow: auto;
        block-size: min(26rem, 60vh);
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 2px);
        background: var(--surface);
      }
      li {
        display: grid;
        grid-template-columns: 1rem minmax(0, 3fr) minmax(0, 2fr);
        gap: 0.75rem;
        align-items: center;
        height: 44px;
        padding-inline: 0.875rem;
        border-block-end: 1px solid var(--line);
      }
      /* Of a name that is too long the tag stays to be seen. */
      .name {
        display: flex;
        justify-self: start;
        max-width: 100%;
        min-width: 0;
        direction: ltr;
        white-space: nowrap;
      }
      .repository,
      .why {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .taken {
        color: var(--good);
      }
      .left {
        color: var(--quiet);
      }
      .mark {
        display: flex;
      }
      .none {
        padding: 2rem;
        border: 1px dashed var(--line);
        border-radius: calc(var(--radius) + 2px);
        text-align: center;
      }
      @container (max-width: 32rem) {
        li {
          grid-template-columns: 1rem minmax(0, 1fr);
          row-gap: 0;
          align-content: center;
        }
        .why {
          grid-column: 2;
          line-height: 1.2;
        }
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "bowline-pattern-tester": BowlinePatternTester;
  }
  interface HTMLElementEventMap {
    "bowline-judged": CustomEvent<undefined>;
  }
}
