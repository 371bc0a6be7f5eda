// The form of a registry type for libraries that use schemas instead of findings.

import { checkForm, providers } from "./surface.js";

export function connectionForm(provider) {
  typeOf(provider);
  return {
    "~standard": {
      version: 1,
      vendor: "bowline",
      validate: (value) => {
        const form = isObject(value) ? { ...value, provider } : value;
        const errors = checkForm(form).findings.filter(({ severity }) => severity === "error");
        return errors.length === 0 ? { value: form } : { issues: errors.map(({ field, message }) => ({ message, path: pathOf(field) })) };
      },
    },
  };
}

export function jsonSchema(provider) {
  const { id, title, auth } = typeOf(provider);
  const [usual] = auth;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    type: "object",
    required: ["name", "values"],
    properties: {
      provider: { const: id },
      name: { type: "string", minLength: 1, maxLength: 64 },
      description: { type: "string", maxLength: 4096 },
      auth: { enum: auth.map((method) => method.id), default: usual.id },
      purpose: { enum: ["pull", "push"], default: "pull" },
      values: { type: "object" },
      trustedAuthHosts: { type: "array", items: { type: "string" } },
      expiresAt: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }] },
      image: { type: "string" },
      policy: { type: ["object", "null"] },
    },
    additionalProperties: false,
    // The default auth method is the first.
    allOf: auth.map((method) => ({
      if: { properties: { auth: { const: method.id } }, ...(method === usual ? {} : { required: ["auth"] }) },
      then: { properties: { values: valuesOf(method) } },
    })),
  };
}

function valuesOf({ title, fields }) {
  return {
    title,
    type: "object",
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])),
    additionalProperties: false,
  };
}

function schemaOf({ label, kind, required, default: usual, options, placeholder, help }) {
  const examples = options?.map(({ value }) => value) ?? (placeholder ? [placeholder] : []);
  return {
    title: label,
    ...(kind === "checkbox" ? { type: "boolean" } : { type: "string" }),
    ...(required ? { minLength: 1 } : {}),
    ...(help === undefined ? {} : { description: help.pull }),
    ...(usual === undefined ? {} : { default: usual }),
    // The options are the known values, not all valid ones.
    ...(examples.length === 0 ? {} : { examples }),
    ...(kind === "secret" || kind === "json" ? { writeOnly: true } : {}),
  };
}

function typeOf(id) {
  const type = providers().find((one) => one.id === id);
  if (type === undefined) throw new RangeError(`there is no registry type ${JSON.stringify(id)}`);
  return type;
}

/** `policy.include.0` as a path for form libraries. */
function pathOf(field) {
  return field === "" ? [] : field.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
