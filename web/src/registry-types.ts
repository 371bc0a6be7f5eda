/** The provider table in the page's own words: what a product has replaced stands in it. */

import { providers, type AuthMethod, type Field, type FieldOption, type Provider } from "bowline";
import { text, type Messages } from "./messages.js";

let types: readonly Provider[] = [];
/** The texts that they were made with. */
let words: Messages | undefined;

/** Every registry type, with its ways to sign in and their fields. The module must be ready. */
export function registryTypes(): readonly Provider[] {
  if (words !== text()) {
    words = text();
    types = providers().map(inWords);
  }
  return types;
}

/** The registry type of this id. */
export function registryType(id: string): Provider | undefined {
  return registryTypes().find((type) => type.id === id);
}

function inWords(provider: Provider): Provider {
  const { title, docsUrl } = text().providers[provider.id] ?? {};
  const auth = provider.auth.map((method): AuthMethod => ({
    ...method,
    title: ofType(text().auth, provider, method.id) ?? method.title,
    fields: method.fields.map((field) => fieldInWords(provider, field)),
  }));
  return { ...provider, title: title ?? provider.title, docsUrl: docsUrl ?? provider.docsUrl, auth };
}

function fieldInWords(provider: Provider, field: Field): Field {
  const other = ofType(text().fields, provider, field.name);
  if (other === undefined) return field;
  const { label = field.label, placeholder = field.placeholder, help, options } = other;
  return {
    ...field,
    label,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(help === undefined ? {} : { help: { pull: "", push: "", ...field.help, ...help } }),
    ...(options === undefined || field.options === undefined ? {} : { options: field.options.map((option) => optionInWords(option, options)) }),
  };
}

function optionInWords(option: FieldOption, labels: Readonly<Record<string, string>>): FieldOption {
  return { ...option, label: labels[option.value] ?? option.label };
}

/** What is said of a name: of this registry type first, then of all that have it. */
function ofType<T>(said: Readonly<Record<string, T>>, provider: Provider, name: string): T | undefined {
  return said[`${provider.id}.${name}`] ?? said[name];
}
