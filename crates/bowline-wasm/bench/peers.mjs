// What a product would write with zod, valibot and ajv for each provider's form: the same required fields, lengths,
// alphabets, choices and host names. None of them knows warnings, fixes or other providers.

import { Ajv2019 as Ajv } from "ajv/dist/2019.js";
import * as v from "valibot";
import { z } from "zod";

const LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?";
const ANY_HOST = `(${LABEL}\\.)*${LABEL}(:\\d{1,5})?`;
const url = (host) => new RegExp(`^\\s*(https?://)?(${host})(/[a-zA-Z0-9._-]+)*/?\\s*$`);

const URL_TEXT = url(ANY_HOST);
const USERNAME = /^[^:\u0000-\u001f\u007f]+$/;
const TOKEN = /^[\u0021-\u007e]+$/;
const ACCESS_KEY_ID = /^\w{16,128}$/;
const NAMESPACE = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const IMAGE = /^([\w.-]+(:\d+)?\/)?[a-z0-9]+([._\/-]+[a-z0-9]+)*(:\w[\w.-]{0,127})?(@sha256:[a-f0-9]{64})?$/;

/** Any text but the empty one. */
const FILLED = Symbol("filled");
/** One of what the provider's field offers. */
const CHOICE = Symbol("choice");
/** A service account's key file of Google. */
const KEY_FILE = Symbol("key file");

const PASSWORD = { username: USERNAME, password: FILLED, "namespace?": NAMESPACE };
const AWS = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: FILLED };
const OPTIONAL_LOGIN = { url: URL_TEXT, "username?": USERNAME, "password?": FILLED, "namespace?": NAMESPACE };

/**
 * The values of each provider's form (`?`: may be missing) and their rules; values that are there `together` or not at
 * all, or of which there is `either`; an image, where the form must name one. `refuses` are vectors that break the rules.
 */
const TABLE = {
  "amazon-ecr": {
    values: { region: CHOICE, "accountId?": /^\d{12}$/, ...AWS, "namespace?": NAMESPACE },
    refuses: ["region that is none", "account with hyphens", "key id with a hyphen"],
  },
  "amazon-ecr-public": {
    values: { ...AWS, "namespace?": /^(?=.{2,50}$)[a-z][a-z0-9]+([._-][a-z0-9]+)*$/ },
    refuses: ["key id with a hyphen", "alias that starts with a digit"],
  },
  "azure-acr": {
    values: {
      ...PASSWORD,
      url: url("[a-z0-9]{5,50}(-[a-z0-9]{3,32})?(\\.[a-z0-9]+\\.geo)?\\.azurecr\\.(io|us|cn)"),
    },
    refuses: ["look-alike", "three letters"],
  },
  "docker-hub": {
    values: { ...PASSWORD, "url?": url("((index|registry-1)\\.)?docker\\.io"), username: /^[a-z0-9]{4,30}$/ },
    refuses: ["look-alike", "e-mail address as user"],
  },
  github: {
    values: { ...PASSWORD, "url?": url("ghcr\\.io"), username: /^(?=.{1,39}$)[A-Za-z0-9](-?[A-Za-z0-9])*$/ },
    refuses: ["look-alike", "colon"],
  },
  google: {
    values: {
      "region?": CHOICE,
      "url?": url("((us|eu|asia|marketplace)\\.)?gcr\\.io|[a-z0-9-]+-docker\\.pkg\\.dev"),
      serviceAccountKey: KEY_FILE,
      "namespace?": NAMESPACE,
    },
    either: ["region", "url"],
    refuses: ["region that is none", "look-alike"],
  },
  gitlab: { values: { ...PASSWORD, "url?": URL_TEXT }, refuses: ["a Git address", "a name with a colon"] },
  harbor: { values: { ...PASSWORD, url: URL_TEXT }, refuses: ["an underscore in the host", "a colon"] },
  quay: {
    values: {
      ...PASSWORD,
      "url?": URL_TEXT,
      username: /^(\$(app|oauthtoken|token)|[a-z0-9][a-z0-9._-]+(\+[a-z0-9][a-z0-9._-]+)?)$/,
    },
    refuses: ["a robot with a space", "a robot with a part of one letter"],
  },
  "jfrog-artifactory": { values: { ...PASSWORD, url: URL_TEXT }, refuses: ["a hyphen first"] },
  nexus: { values: { ...PASSWORD, url: URL_TEXT }, refuses: ["another fragment", "a colon"] },
  openshift: {
    values: { url: URL_TEXT, token: TOKEN, "apiUrl?": url(ANY_HOST), "namespace?": /^[a-z0-9-]+$/ },
    refuses: ["a token with a space", "an API server that is none"],
  },
  "oracle-ocir": {
    values: {
      ...PASSWORD,
      "region?": CHOICE,
      "url?": url("[a-z]{3}\\.ocir\\.io|ocir\\.[a-z]{2}(-[a-z]+)+-\\d+\\.oci\\.oraclecloud\\.com"),
      username: /^[^\/:\s]+(\/[^\/:\s]+){1,2}$/,
    },
    either: ["region", "url"],
    refuses: ["a look-alike", "no tenancy"],
  },
  ibm: {
    values: {
      region: CHOICE,
      accountId: FILLED,
      "username?": ["iamapikey", "iambearer", "iamrefresh"],
      password: FILLED,
      "namespace?": NAMESPACE,
    },
    refuses: ["a look-alike", "another username"],
  },
  "docker-trusted-registry": {
    values: { ...PASSWORD, url: URL_TEXT, "preferDtrApi?": ["true", "false"] },
    refuses: ["a space", "a colon"],
  },
  "red-hat-atomic": { values: { ...PASSWORD, url: URL_TEXT }, image: IMAGE, refuses: ["no image", "a colon for the bar"] },
  "docker-registry": {
    values: OPTIONAL_LOGIN,
    together: ["username", "password"],
    refuses: ["underscore", "colon in the username", "username alone"],
  },
  "docker-registry-v1": {
    values: OPTIONAL_LOGIN,
    together: ["username", "password"],
    image: IMAGE,
    refuses: ["no image", "a user in the address", "a password alone"],
  },
};

/** Whether rules to compare with were written for a provider. */
export function hasPeers({ id }) {
  return id in TABLE;
}

/** For a provider: what judges its form with zod, valibot and ajv, and the names of vectors that they all refuse. */
export function peersOf({ id, auth }) {
  const { values, refuses, ...more } = TABLE[id];
  const choices = (name) => auth[0].fields.find((field) => field.name === name).options.map(({ value }) => value);
  const fields = Object.entries(values).map(([key, rule]) => {
    const name = key.replace("?", "");
    return { name, optional: key !== name, rule: rule === CHOICE ? choices(name) : rule };
  });
  const row = { fields, ...more };
  return { judges: [withZod(id, row), withValibot(id, row), withAjv(id, row)], refuses };
}

/** The document of a key file, or nothing. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of every field its name and its schema, as `of` and `optional` of a library make it. */
function shape(fields, of, optional) {
  const schema = (field) => (field.optional ? optional(of(field.rule)) : of(field.rule));
  return Object.fromEntries(fields.map((field) => [field.name, schema(field)]));
}

const areTogether = (names) => (values) => new Set(names.map((name) => !values[name])).size === 1;
const isEither = (names) => (values) => names.some((name) => values[name]);

function withZod(id, { fields, together, either, image }) {
  const text = z.string();
  const filled = text.min(1);
  const of = (rule) => {
    if (rule === FILLED) return filled;
    if (rule instanceof RegExp) return text.regex(rule);
    if (Array.isArray(rule)) return z.enum(rule);
    return text.transform(parsed).pipe(
      z.object({
        type: z.literal("service_account"),
        project_id: filled,
        private_key_id: filled,
        private_key: text.includes("PRIVATE KEY-----"),
        client_email: filled,
      }),
    );
  };
  let values = z.strictObject(shape(fields, of, (schema) => schema.optional()));
  if (together) values = values.refine(areTogether(together));
  if (either) values = values.refine(isEither(either));
  const schema = z.object({
    provider: z.literal(id),
    name: text.trim().min(1).max(64),
    description: text.optional(),
    auth: text.optional(),
    purpose: z.enum(["pull", "push"]).optional(),
    image: image ? text.regex(image) : text.optional(),
    values,
  });
  return (form) => schema.safeParse(form).success;
}

function withValibot(id, { fields, together, either, image }) {
  const text = (...actions) => v.pipe(v.string(), ...actions);
  const filled = text(v.minLength(1));
  const of = (rule) => {
    if (rule === FILLED) return filled;
    if (rule instanceof RegExp) return text(v.regex(rule));
    if (Array.isArray(rule)) return v.picklist(rule);
    return text(
      v.transform(parsed),
      v.object({
        type: v.literal("service_account"),
        project_id: filled,
        private_key_id: filled,
        private_key: text(v.includes("PRIVATE KEY-----")),
        client_email: filled,
      }),
    );
  };
  const checks = [together && v.check(areTogether(together)), either && v.check(isEither(either))];
  const schema = v.object({
    provider: v.literal(id),
    name: text(v.trim(), v.minLength(1), v.maxLength(64)),
    description: v.optional(v.string()),
    auth: v.optional(v.string()),
    purpose: v.optional(v.picklist(["pull", "push"])),
    image: image ? text(v.regex(image)) : v.optional(v.string()),
    values: v.pipe(v.strictObject(shape(fields, of, v.optional)), ...checks.filter(Boolean)),
  });
  return (form) => v.safeParse(schema, form).success;
}

function withAjv(id, { fields, together, either, image }) {
  const ajv = new Ajv({ allErrors: true });
  const text = { type: "string" };
  const filled = { type: "string", minLength: 1 };
  const keyFile = ajv.compile({
    type: "object",
    properties: {
      type: { const: "service_account" },
      project_id: filled,
      private_key_id: filled,
      private_key: { type: "string", pattern: "PRIVATE KEY-----" },
      client_email: filled,
    },
    required: ["type", "project_id", "private_key_id", "private_key", "client_email"],
  });
  ajv.addKeyword({ keyword: "keyFile", type: "string", validate: (_, document) => keyFile(parsed(document)) });
  const of = (rule) => {
    if (rule === FILLED) return filled;
    if (rule instanceof RegExp) return { type: "string", pattern: rule.source };
    if (Array.isArray(rule)) return { enum: rule };
    return { type: "string", keyFile: true };
  };
  const values = {
    type: "object",
    properties: shape(fields, of, (schema) => schema),
    required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
    additionalProperties: false,
  };
  if (together) values.dependentRequired = Object.fromEntries(together.map((name) => [name, together]));
  if (either) values.anyOf = either.map((name) => ({ required: [name] }));
  const validate = ajv.compile({
    type: "object",
    properties: {
      provider: { const: id },
      name: { type: "string", minLength: 1, maxLength: 64, pattern: "\\S" },
      description: text,
      auth: text,
      purpose: { enum: ["pull", "push"] },
      image: image ? of(image) : text,
      values,
    },
    required: ["provider", "name", "values", ...(image ? ["image"] : [])],
  });
  return (form) => validate(form);
}
