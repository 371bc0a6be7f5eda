/**
 * Every text of the elements. A product can replace texts with its own words or another language:
 *
 * ```ts
 * setMessages({ form: { save: "Verbindung speichern" }, findings: { "url.required": () => "Wo liegt die Registry?" } });
 * ```
 *
 * Findings and problems have English texts with a stable code, and registry types and their fields have an id.
 * `findings`, `problems`, `providers`, `auth`, and `fields` replace these texts. Call `setMessages` before the elements
 * are shown.
 */

import type { Finding, LoginSetup, Purpose } from "bowline";
import type { CheckProblem, Step, StepName } from "./api/types.js";
import { connecting } from "./english/connecting.js";
import { page } from "./english/page.js";
import { pulling } from "./english/pulling.js";
import { setLocale } from "./formats.js";

const english = {
  /** The language of numbers and dates as a BCP 47 tag. Empty means the browser's. */
  locale: "",
  ...connecting,
  ...pulling,
  ...page,
  /** Replacement texts for registry types, by id. */
  providers: {} as Record<string, ProviderWords>,
  /** Replacement texts for auth methods, by name (`password`) or with the registry type (`docker-hub.password`). */
  auth: {} as Record<string, string>,
  /** Replacement texts for fields, by name (`username`) or with the registry type (`docker-hub.username`). */
  fields: {} as Record<string, FieldWords>,
  /** Replacement texts for login setups, by registry type and auth method (`docker-hub.password`). */
  setups: {} as Record<string, LoginSetup>,
  /** Replacement texts for findings, by code. */
  findings: {} as Record<string, (finding: Finding) => string>,
  /** Replacement texts for problems and warnings of checks and for API errors, by code. */
  problems: {} as Record<string, (problem: CheckProblem) => ProblemWords>,
  /** Replacement texts for the steps of a check. An empty text shows nothing. */
  stepDetails: {} as Partial<Record<StepName, (step: Step) => string>>,
};

/** The title and the documentation URL of a registry type. */
export interface ProviderWords {
  readonly title?: string;
  readonly docsUrl?: string;
}

/** The label and the help of a field. */
export interface FieldWords {
  readonly label?: string;
  /** By purpose. */
  readonly help?: Readonly<Partial<Record<Purpose, string>>>;
  readonly placeholder?: string;
  /** The labels of the options, by value. */
  readonly options?: Readonly<Record<string, string>>;
}

/** The error, its reason, and what to do. */
export interface ProblemWords {
  readonly title: string;
  readonly detail?: string | null | undefined;
  readonly hint?: string | null | undefined;
}

/** All texts. */
export type Messages = typeof english;

/** Some of the texts. */
export type MessageOverrides = { readonly [Area in keyof Messages]?: Overrides<Messages[Area]> };

type Overrides<T> = T extends string | ((...parameters: never[]) => unknown) ? T : { readonly [Key in keyof T]?: Overrides<T[Key]> };

let current: Messages = english;

/** Returns the current texts. */
export function text(): Messages {
  return current;
}

/** Replaces some texts. Other texts stay. */
export function setMessages(overrides: MessageOverrides): void {
  current = merge(current, overrides);
  setLocale(current.locale);
}

/** Returns the text of a finding. */
export function findingText(finding: Finding): string {
  return current.findings[finding.code]?.(finding) ?? finding.message;
}

/** Returns the text of an error. */
export function problemText(problem: CheckProblem): { title: string; detail: string; hint: string } {
  const other = current.problems[problem.code]?.(problem);
  return {
    title: other?.title ?? problem.title ?? problem.code,
    detail: other?.detail ?? problem.detail ?? "",
    hint: other?.hint ?? problem.hint ?? "",
  };
}

/** Returns the text of a check's step. */
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
