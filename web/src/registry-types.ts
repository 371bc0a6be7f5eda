/** The provider table with the page's texts, including a product's replacements. */

import { providers, ready, type AuthMethod, type Field, type FieldOption, type Provider } from "bowline";
import { text, type Messages } from "./messages.js";

type TableSource = () => Promise<readonly Provider[]>;

/** The module's table. */
const fromModule: TableSource = async () => {
  await ready();
  return providers();
};

let source = fromModule;
let loading: Promise<readonly Provider[]> | undefined;
let table: readonly Provider[] = [];
let types: readonly Provider[] = [];
/** The inputs of the cached table. */
let made: { readonly of: readonly Provider[]; readonly words: Messages } | undefined;

/** Loads the table from its own file, which arrives before the module. */
export function setTableSource(from: TableSource): void {
  source = from;
}

/** Loads the table. A failed load can be retried. */
export async function loadRegistryTypes(): Promise<readonly Provider[]> {
  loading ??= source();
  try {
    table = await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  return registryTypes();
}

/** Every registry type, with its ways to sign in and their fields. Empty until the table is loaded. */
export function registryTypes(): readonly Provider[] {
  if (made?.of !== table || made.words !== text()) {
    made = { of: table, words: text() };
    types = table.map(inWords);
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
    ...setupInWords(provider, method),
    fields: method.fields.map((field) => fieldInWords(provider, field)),
  }));
  return { ...provider, title: title ?? provider.title, docsUrl: docsUrl ?? provider.docsUrl, auth };
}

function setupInWords({ id }: Provider, { id: auth, setup }: AuthMethod): Pick<AuthMethod, "setup"> {
  return setup === undefined ? {} : { setup: text().setups[`${id}.${auth}`] ?? setup };
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

/** The text for a name: for this registry type, or for all types. */
function ofType<T>(said: Readonly<Record<string, T>>, provider: Provider, name: string): T | undefined {
  return said[`${provider.id}.${name}`] ?? said[name];
}
