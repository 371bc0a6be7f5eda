/** The content of each form field, from the provider table and the draft. */

import type { Field, FieldOption, Finding, Provider } from "bowline";
import { text } from "../messages.js";
import { dayOf, type FieldPath, type FormDraft } from "./draft.js";
import type { FieldView } from "./field.js";
import type { RegistryChoice } from "./registry-picker.js";

/** The fields of a form, in order. */
export interface FormViews {
  readonly provider: FieldView;
  /** Absent if there is only one. */
  readonly auth: FieldView | undefined;
  /** The main fields. */
  readonly main: readonly FieldView[];
  /** The additional fields. */
  readonly more: readonly FieldView[];
}

/** `findings` are those to show, by field; `revealed` are the secrets to show in clear. */
export function viewsOf(draft: FormDraft, findings: ReadonlyMap<FieldPath, readonly Finding[]>, revealed: ReadonlySet<FieldPath>): FormViews {
  const { form } = text();
  const needsImage = draft.provider?.capabilities.testNeedsImage ?? false;

  const view = (path: FieldPath, label: string, more: Partial<FieldView> = {}): FieldView => ({
    path,
    label,
    kind: "text",
    value: draft.get(path),
    required: false,
    help: "",
    placeholder: "",
    autocomplete: "off",
    options: [],
    findings: findings.get(path) ?? [],
    revealed: revealed.has(path),
    ...more,
  });
  const value = (field: Field, place: number, fields: readonly Field[]): FieldView => {
    const path = `values.${field.name}`;
    const typed = draft.get(path);
    const helpOf = (one: Field | undefined): string => one?.help?.[draft.purpose] ?? "";
    // Show help that is the same for both halves of a key only once.
    const help = helpOf(field) === helpOf(fields[place - 1]) ? "" : helpOf(field);
    return view(path, field.label, {
      kind: field.kind,
      value: typed === "" && field.kind === "select" ? (field.default ?? "") : typed,
      required: field.required,
      oneOfTwo: field.unless !== undefined,
      help,
      placeholder: field.kind === "select" ? unchosen(field) : (field.placeholder ?? field.default ?? ""),
      autocomplete: field.autocomplete,
      options: optionsOf(field, typed),
    });
  };
  // Pasted text can have an unlisted region. It is valid, so show it.
  const optionsOf = (field: Field, typed: string): readonly FieldOption[] => {
    const options = field.options ?? [];
    const isListed = typed === "" || options.some((option) => option.value === typed);
    return isListed ? options : [...options, { value: typed, label: typed }];
  };

  const unchosen = (field: Field): string => (field.default !== undefined ? "" : field.required ? form.choose : form.chooseNone);

  const provider = view("provider", form.provider, {
    kind: "select",
    value: draft.provider?.id ?? "",
    required: true,
    placeholder: form.providerPlaceholder,
    options: draft.providers.map(({ id, title }) => ({ value: id, label: title })),
    decides: true,
    testId: "provider-select",
  });
  const methods = draft.provider?.auth ?? [];
  const auth = view("auth", form.auth, {
    kind: "select",
    value: draft.auth?.id ?? "",
    required: true,
    options: methods.map((method) => ({ value: method.id, label: method.title })),
    decides: true,
    testId: "auth-select",
  });
  const name = view("name", form.name, { required: true, help: form.nameHelp });
  const image = view("image", form.image, {
    required: needsImage,
    help: needsImage ? form.imageRequired : form.imageHelp,
    placeholder: form.imagePlaceholder,
  });
  const purpose = view("purpose", form.purpose, {
    kind: "select",
    value: draft.purpose,
    required: true,
    options: [
      { value: "pull", label: form.purposes.pull },
      { value: "push", label: form.purposes.push },
    ],
    decides: true,
    testId: "purpose-select",
  });
  const expiry = view("expiresAt", form.expiresAt, {
    kind: "date",
    help: form.expiresAtHelp,
    value: dayOf(draft.get("expiresAt")),
  });
  const description = view("description", form.description);

  const { primary, secondary } = draft.fields();
  return {
    provider,
    auth: methods.length > 1 ? auth : undefined,
    main: [...primary.map(value), ...(needsImage ? [image] : []), name],
    more: [...secondary.map(value), ...(needsImage ? [] : [image]), purpose, expiry, description],
  };
}

/** The registry types, popular ones first. The search also matches the addresses in their fields. */
export function registryChoices(types: readonly Provider[]): readonly RegistryChoice[] {
  const { groups } = text().form;
  const addresses = ({ auth }: Provider): string => auth.flatMap(({ fields }) => fields.map(({ placeholder = "" }) => placeholder)).join("\n");
  return [...types]
    .sort((one, other) => one.rank - other.rank)
    .map((type) => ({ value: type.id, label: type.title, group: groups[type.group], found: addresses(type) }));
}
