// What a product would write with zod, valibot and ajv for the forms of four providers: the same required fields,
// lengths, alphabets, choices and host names. None of them knows warnings, fixes or other providers.

import { Ajv2019 as Ajv } from "ajv/dist/2019.js";
import * as v from "valibot";
import { z } from "zod";

const URL_TEXT = /^\s*(https?:\/\/)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9._-]+)*\/?\s*$/i;
const GOOGLE_URL = /^\s*(https:\/\/)?(((us|eu|asia)\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev)(\/[a-z0-9._-]+)*\/?\s*$/i;
const USERNAME = /^[^:\u0000-\u001f\u007f]+$/;
const DOCKER_ID = /^[a-z0-9]{4,30}$/;
const ACCESS_KEY_ID = /^\w{16,128}$/;
const ACCOUNT_ID = /^\d{12}$/;
const NAMESPACE = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const AWS_REGIONS = [
  "us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2",
  "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1",
  "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
  "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1",
];

/** The forms, filled in. Names and secrets are made up. */
export const forms = {
  "docker-registry": {
    provider: "docker-registry",
    name: "prod-images",
    values: { url: "https://registry.example.com:5000/team", username: "scanner", password: "correct horse battery" },
  },
  "docker-hub": {
    provider: "docker-hub",
    name: "prod-images",
    values: { username: "acmecorp", password: `dckr_pat_${"a".repeat(27)}`, namespace: "acmecorp" },
  },
  "amazon-ecr": {
    provider: "amazon-ecr",
    name: "prod-images",
    auth: "access-key",
    values: {
      region: "eu-west-1",
      accountId: "123456789012",
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00",
    },
  },
  google: {
    provider: "google",
    name: "prod-images",
    values: {
      url: "europe-west3-docker.pkg.dev/my-project/my-repository",
      serviceAccountKey: JSON.stringify({
        type: "service_account",
        project_id: "my-project",
        private_key_id: "0123",
        private_key: "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n",
        client_email: "scanner@my-project.iam.gserviceaccount.com",
      }),
    },
  },
};

/** The document of a key file, or nothing. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const bothOrNeither = ({ username, password }) => !username === !password;

function withZod() {
  const of = (id, values) =>
    z.object({
      provider: z.literal(id),
      name: z.string().trim().min(1).max(64),
      description: z.string().optional(),
      auth: z.string().optional(),
      purpose: z.enum(["pull", "push"]).optional(),
      values,
    });
  const keyFile = z.string().transform(parsed).pipe(
    z.object({
      type: z.literal("service_account"),
      project_id: z.string().min(1),
      private_key_id: z.string().min(1),
      private_key: z.string().includes("PRIVATE KEY-----"),
      client_email: z.string().min(1),
    }),
  );
  const schemas = {
    "docker-registry": z
      .strictObject({
        url: z.string().regex(URL_TEXT),
        username: z.string().regex(USERNAME).optional(),
        password: z.string().min(1).optional(),
        namespace: z.string().regex(NAMESPACE).optional(),
      })
      .refine(bothOrNeither),
    "docker-hub": z.strictObject({
      url: z.string().regex(URL_TEXT).optional(),
      username: z.string().regex(DOCKER_ID),
      password: z.string().min(1),
      namespace: z.string().regex(NAMESPACE).optional(),
    }),
    "amazon-ecr": z.strictObject({
      region: z.enum(AWS_REGIONS),
      accountId: z.string().regex(ACCOUNT_ID).optional(),
      accessKeyId: z.string().regex(ACCESS_KEY_ID),
      secretAccessKey: z.string().min(1),
      namespace: z.string().regex(NAMESPACE).optional(),
    }),
    google: z.strictObject({ url: z.string().regex(GOOGLE_URL), serviceAccountKey: keyFile }),
  };
  return each(schemas, (id, values) => {
    const schema = of(id, values);
    return (form) => schema.safeParse(form).success;
  });
}

function withValibot() {
  const text = (...actions) => v.pipe(v.string(), ...actions);
  const of = (id, values) =>
    v.object({
      provider: v.literal(id),
      name: text(v.trim(), v.minLength(1), v.maxLength(64)),
      description: v.optional(v.string()),
      auth: v.optional(v.string()),
      purpose: v.optional(v.picklist(["pull", "push"])),
      values,
    });
  const keyFile = v.pipe(
    v.string(),
    v.transform(parsed),
    v.object({
      type: v.literal("service_account"),
      project_id: text(v.minLength(1)),
      private_key_id: text(v.minLength(1)),
      private_key: text(v.includes("PRIVATE KEY-----")),
      client_email: text(v.minLength(1)),
    }),
  );
  const schemas = {
    "docker-registry": v.pipe(
      v.strictObject({
        url: text(v.regex(URL_TEXT)),
        username: v.optional(text(v.regex(USERNAME))),
        password: v.optional(text(v.minLength(1))),
        namespace: v.optional(text(v.regex(NAMESPACE))),
      }),
      v.check(bothOrNeither),
    ),
    "docker-hub": v.strictObject({
      url: v.optional(text(v.regex(URL_TEXT))),
      username: text(v.regex(DOCKER_ID)),
      password: text(v.minLength(1)),
      namespace: v.optional(text(v.regex(NAMESPACE))),
    }),
    "amazon-ecr": v.strictObject({
      region: v.picklist(AWS_REGIONS),
      accountId: v.optional(text(v.regex(ACCOUNT_ID))),
      accessKeyId: text(v.regex(ACCESS_KEY_ID)),
      secretAccessKey: text(v.minLength(1)),
      namespace: v.optional(text(v.regex(NAMESPACE))),
    }),
    google: v.strictObject({ url: text(v.regex(GOOGLE_URL)), serviceAccountKey: keyFile }),
  };
  return each(schemas, (id, values) => {
    const schema = of(id, values);
    return (form) => v.safeParse(schema, form).success;
  });
}

function withAjv() {
  const ajv = new Ajv({ allErrors: true });
  const matching = (pattern) => ({ type: "string", pattern: pattern.source });
  // JSON Schema's patterns have no flags; what is typed in capitals is spelled out.
  const anyCase = (pattern) => ({ type: "string", pattern: pattern.source.replaceAll("a-z", "a-zA-Z") });
  const filled = { type: "string", minLength: 1 };
  const strict = (properties, required, more = {}) => ({
    type: "object",
    properties,
    required,
    additionalProperties: false,
    ...more,
  });
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
  ajv.addKeyword({ keyword: "keyFile", type: "string", validate: (_, text) => keyFile(parsed(text)) });
  const namespace = matching(NAMESPACE);
  const schemas = {
    "docker-registry": strict(
      { url: anyCase(URL_TEXT), username: matching(USERNAME), password: filled, namespace },
      ["url"],
      { dependentRequired: { username: ["password"], password: ["username"] } },
    ),
    "docker-hub": strict(
      { url: anyCase(URL_TEXT), username: matching(DOCKER_ID), password: filled, namespace },
      ["username", "password"],
    ),
    "amazon-ecr": strict(
      {
        region: { enum: AWS_REGIONS },
        accountId: matching(ACCOUNT_ID),
        accessKeyId: matching(ACCESS_KEY_ID),
        secretAccessKey: filled,
        namespace,
      },
      ["region", "accessKeyId", "secretAccessKey"],
    ),
    google: strict(
      { url: anyCase(GOOGLE_URL), serviceAccountKey: { type: "string", keyFile: true } },
      ["url", "serviceAccountKey"],
    ),
  };
  return each(schemas, (id, values) =>
    ajv.compile({
      type: "object",
      properties: {
        provider: { const: id },
        name: { type: "string", minLength: 1, maxLength: 64, pattern: "\\S" },
        description: { type: "string" },
        auth: { type: "string" },
        purpose: { enum: ["pull", "push"] },
        values,
      },
      required: ["provider", "name", "values"],
    }),
  );
}

function each(schemas, judge) {
  return Object.fromEntries(Object.entries(schemas).map(([id, values]) => [id, judge(id, values)]));
}

const all = [withZod(), withValibot(), withAjv()];

/** For a provider's id, what judges its form with zod, valibot and ajv. */
export const peers = Object.fromEntries(Object.keys(forms).map((id) => [id, all.map((peer) => peer[id])]));
