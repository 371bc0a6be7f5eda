/**
 * Every text of the elements, in one place. A product replaces what it wants, in its own words or language:
 *
 * ```ts
 * setMessages({ form: { save: "Verbindung speichern" }, findings: { "url.required": () => "Wo liegt die Registry?" } });
 * ```
 *
 * Findings and problems come from the server and the module in English with a stable code, registry types and their
 * fields with an id; `findings`, `problems`, `providers`, `auth` and `fields` give other words to those. Call it before
 * the elements are shown.
 */

import type { Finding, LoginSetup, Purpose } from "bowline";
import type { CheckProblem, Step, StepName } from "./api/types.js";
import { connecting } from "./english/connecting.js";
import { page } from "./english/page.js";
import { pulling } from "./english/pulling.js";
import { setLocale } from "./formats.js";

const english = {
  /** How numbers and dates are written: a BCP 47 tag. Empty, it is the browser's own. */
  locale: "",
  ...connecting,
  ...pulling,
  ...page,
  /** Other words for a registry type, by its id. */
  providers: {} as Record<string, ProviderWords>,
  /** Other words for a way to sign in, by its name (`password`) or that of its registry type too (`docker-hub.password`). */
  auth: {} as Record<string, string>,
  /** Other words for a field, by its name (`username`) or that of its registry type too (`docker-hub.username`). */
  fields: {} as Record<string, FieldWords>,
  /** Other words for what to create at the vendor first, by registry type and way to sign in (`docker-hub.password`). */
  setups: {} as Record<string, LoginSetup>,
  /** Other words for a finding, by its code. */
  findings: {} as Record<string, (finding: Finding) => string>,
  /** Other words for what could not be done, by its code: a check's problem or warning, or what the API answered. */
  problems: {} as Record<string, (problem: CheckProblem) => ProblemWords>,
  /** Other words for what a step of a check tells; an empty text shows nothing. */
  stepDetails: {} as Partial<Record<StepName, (step: Step) => string>>,
};

/** What a registry type is called, and where its documentation is. */
export interface ProviderWords {
  readonly title?: string;
  readonly docsUrl?: string;
}

/** What a field is called, and what helps to fill it in. */
export interface FieldWords {
  readonly label?: string;
  /** By what the connection is for. */
  readonly help?: Readonly<Partial<Record<Purpose, string>>>;
  readonly placeholder?: string;
  /** The labels of what there is to choose from, by value. */
  readonly options?: Readonly<Record<string, string>>;
}

/** What went wrong, why, and what to do. */
export interface ProblemWords {
  readonly title: string;
  readonly detail?: string | null | undefined;
  readonly hint?: string | null | undefined;
}

/** All texts. */
export type Messages = typeof english;

/** Some of the texts. */
export type MessageOverrides = { readonly [Area in keyof Messages]?: Overrides<Messages[Area]> };

type Overrides<T> = T extends string | ((...parameters: never[]) => unknown)
  ? T
  : { readonly [Key in keyof T]?: Overrides<T[Key]> };

let current: Messages = english;

/** The texts in force. */
export function text(): Messages {
  return current;
}

/** Replaces some texts; what is left out stays as it is. */
export function setMessages(overrides: MessageOverrides): void {
  current = merge(current, overrides);
  setLocale(current.locale);
}

/** What a finding says. */
export function findingText(finding: Finding): string {
  return current.findings[finding.code]?.(finding) ?? finding.message;
}

/** What is said of something that could not be done. */
export function problemText(problem: CheckProblem): { title: string; detail: string; hint: string } {
  const other = current.problems[problem.code]?.(problem);
  return {
    title: other?.title ?? problem.title ?? problem.code,
    detail: other?.detail ?? problem.detail ?? "",
    hint: other?.hint ?? problem.hint ?? "",
  };
}

/** What a step of a check tells. */
export function stepText(step: Step): string {
  return current.stepDetails[step.step]?.(step) ?? step.detail ?? "";
}

function merge<T extends object>(base: T, overrides: object): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const old = merged[key];
    merged[key] = isGroup(old) && isGroup(value) ? merge(old, value) : value;
  }
  return merged as T;
}

function isGroup(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
