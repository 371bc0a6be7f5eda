/**
 * A form while it is filled in: the typed values, the visible findings, and the resulting form.
 * It has no rendering and no rules. The module checks the form.
 */

import type { AuthMethod, ConnectionForm, Field, Finding, Provider, Purpose } from "bowline";

/** The path of a field, as in findings: `name`, `values.url`. */
export type FieldPath = string;

const LONGEST_NAME = 64;

/** One form. Every change is a method, which also makes the resulting changes. */
export class FormDraft {
  readonly providers: readonly Provider[];
  provider: Provider | undefined;
  auth: AuthMethod | undefined;
  purpose: Purpose = "pull";
  trustedAuthHosts: readonly string[] = [];

  /** The typed values by path. They stay if the auth method changes. Only visible fields are sent. */
  readonly #text = new Map<FieldPath, string>();
  #given: ReadonlyMap<FieldPath, string> = new Map();
  readonly #typed = new Set<FieldPath>();
  readonly #touched = new Set<FieldPath>();
  /** Findings from the server, until their field changes. */
  #answered: readonly Finding[] = [];

  constructor(providers: readonly Provider[]) {
    this.providers = providers;
  }

  /** Returns the visible text of a field. */
  get(path: FieldPath): string {
    return this.#text.get(path) ?? "";
  }

  /** Sets a typed value. */
  type(path: FieldPath, text: string): void {
    this.#put(path, text);
    this.#typed.add(path);
  }

  /** The user left the field or paused: show its errors from now on. */
  touch(path: FieldPath): void {
    this.#touched.add(path);
  }

  /** The user wants to continue: show every error. */
  touchAll(): void {
    for (const path of this.#paths()) this.#touched.add(path);
  }

  isTouched(path: FieldPath): boolean {
    return this.#touched.has(path);
  }

  /** Marks the current values as saved. */
  begin(): void {
    this.#given = new Map(this.#text);
  }

  /** Whether there are unsaved values. */
  get isChanged(): boolean {
    return [...this.#typed].some((path) => this.get(path) !== (this.#given.get(path) ?? ""));
  }

  /**
   * Chooses a registry type with its first auth method. Of the values typed for another type, only those that identify
   * the connection stay, never a secret, which is only for that registry.
   */
  selectProvider(id: string): void {
    if (id === this.provider?.id) return;
    this.provider = this.providers.find((provider) => provider.id === id);
    this.auth = this.provider?.auth[0];
    const asksForUrl = this.auth?.fields.some((field) => field.name === "url" && !isSecondary(field)) ?? false;
    const kept = new Set<FieldPath>(["name", "description", ...(asksForUrl ? ["values.url"] : [])]);
    for (const path of this.#text.keys()) {
      if (kept.has(path)) continue;
      this.#text.delete(path);
      this.#typed.delete(path);
    }
    this.#touched.clear();
    this.#answered = [];
    this.trustedAuthHosts = [];
  }

  /** Switches to the type that the address looks like. The address stays. */
  acceptDetected(id: string): void {
    const url = this.get("values.url");
    this.selectProvider(id);
    if (url !== "") this.type("values.url", url);
  }

  selectAuth(id: string): void {
    this.auth = this.provider?.auth.find((method) => method.id === id) ?? this.auth;
  }

  setPurpose(purpose: Purpose): void {
    this.purpose = purpose;
  }

  trust(host: string): void {
    if (!this.trustedAuthHosts.includes(host)) this.trustedAuthHosts = [...this.trustedAuthHosts, host];
    this.#answered = this.#answered.filter((finding) => finding.field !== "trustedAuthHosts");
  }

  untrust(host: string): void {
    this.trustedAuthHosts = this.trustedAuthHosts.filter((other) => other !== host);
  }

  /** Fills in the values from pasted text. Other values stay. */
  fill(form: ConnectionForm): void {
    if (form.provider) this.selectProvider(form.provider);
    if (form.auth) this.selectAuth(form.auth);
    const texts: [FieldPath, string | boolean | number | null | undefined][] = [
      ["name", form.name],
      ["description", form.description],
      ["image", form.image],
      ["expiresAt", form.expiresAt],
      ...Object.entries(form.values ?? {}).map(([name, value]): [FieldPath, typeof value] => [`values.${name}`, value]),
    ];
    for (const [path, value] of texts) {
      if (value === null || value === undefined || value === "") continue;
      this.#put(path, String(value));
      this.#typed.add(path);
      this.#touched.add(path);
    }
    if (form.purpose) this.purpose = form.purpose;
    for (const host of form.trustedAuthHosts ?? []) this.trust(host);
  }

  /** Names the connection after its registry, unless the user named it. */
  proposeName(endpoint: string | null): void {
    if (this.#typed.has("name")) return;
    const path = endpoint?.replace(/^https?:\/\//, "") ?? "";
    const hasUrl = this.auth?.fields.some((field) => field.name === "url" && field.required) ?? false;
    const name = hasUrl || path.includes("/") ? path : (this.provider?.title ?? "");
    this.#put("name", name.slice(0, LONGEST_NAME));
  }

  /** Returns the form to send: the values of the chosen auth method, exactly as typed. */
  form(): ConnectionForm {
    const values: Record<string, string> = {};
    for (const field of this.auth?.fields ?? []) {
      const typed = this.get(`values.${field.name}`);
      const value = typed === "" && field.kind === "select" ? (field.default ?? "") : typed;
      if (value !== "") values[field.name] = value;
    }
    return {
      provider: this.provider?.id ?? "",
      name: this.get("name"),
      description: this.get("description"),
      auth: this.auth?.id ?? "",
      purpose: this.purpose,
      values,
      trustedAuthHosts: [...this.trustedAuthHosts],
      expiresAt: this.get("expiresAt") || null,
      image: this.get("image"),
    };
  }

  /** The main and the additional fields. */
  fields(): { primary: readonly Field[]; secondary: readonly Field[] } {
    const fields = this.auth?.fields ?? [];
    return {
      primary: fields.filter((field) => !isSecondary(field)),
      secondary: fields.filter(isSecondary),
    };
  }

  /** Stores the server's findings until their fields change. */
  answer(findings: readonly Finding[]): void {
    this.#answered = findings;
    for (const finding of findings) this.#touched.add(finding.field);
  }

  /**
   * Returns the findings to show, by field. A field shows no errors before the user has visited it. During the first
   * input, it shows only hints, warnings, and errors with a fix.
   */
  shown(findings: readonly Finding[]): Map<FieldPath, Finding[]> {
    const shown = new Map<FieldPath, Finding[]>();
    for (const finding of [...findings, ...this.#answered]) {
      const { field, severity, code } = finding;
      const helps = severity !== "error" || finding.suggestion !== undefined;
      if (!this.#touched.has(field) && !(helps && this.#typed.has(field))) continue;
      const before = shown.get(field) ?? [];
      if (before.some((other) => other.code === code && other.start === finding.start)) continue;
      shown.set(field, [...before, finding]);
    }
    return shown;
  }

  #put(path: FieldPath, text: string): void {
    if (this.get(path) === text) return;
    this.#text.set(path, text);
    this.#answered = this.#answered.filter((finding) => finding.field !== path);
  }

  #paths(): FieldPath[] {
    const values = this.auth?.fields.map((field) => `values.${field.name}`) ?? [];
    return ["provider", "auth", "purpose", "name", "description", "expiresAt", "image", "trustedAuthHosts", ...values];
  }
}

/** Whether a field is an additional option: optional and with a sensible default. */
export function isSecondary(field: Field): boolean {
  return !field.required && (field.default !== undefined || field.kind === "checkbox" || field.name === "namespace");
}

/** Whether a field is a secret. */
export function isSecret(field: Field): boolean {
  return field.kind === "secret" || field.kind === "json";
}

/** The end of the chosen day in the API's format; empty for none. */
export function endOfDay(day: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T23:59:59Z` : "";
}

/** The day of a time, for a date input; empty for none. */
export function dayOf(instant: string): string {
  return /^\d{4}-\d{2}-\d{2}T/.test(instant) ? instant.slice(0, 10) : "";
}
