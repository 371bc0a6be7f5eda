// The form as a schema, in the libraries that take one.

import assert from "node:assert/strict";
import test from "node:test";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { FormApi } from "@tanstack/form-core";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { connectionForm, jsonSchema, providers, ready } from "bowline";

await ready();

const good = { name: "images", values: { username: "acme", password: "dckr_pat_0123456789abcdefghijABCDEFG" } };
const bad = { name: "", values: { username: "acme", password: "" } };

test("schemas: React Hook Form's resolver puts each error at its field", async () => {
  const resolve = standardSchemaResolver(connectionForm("docker-hub"));
  const options = { fields: {}, shouldUseNativeValidation: false };
  assert.deepEqual(await resolve(good, undefined, options), { values: { ...good, provider: "docker-hub" }, errors: {} });
  const { values, errors } = await resolve(bad, undefined, options);
  assert.deepEqual(values, {});
  assert.deepEqual([Object.keys(errors), Object.keys(errors.values)], [["name", "values"], ["password"]]);
  assert.ok(errors.name.message.length > 0 && errors.values.password.message.length > 0);
});

test("schemas: TanStack Form validates with it, and sends what is good", async () => {
  const sent = [];
  const form = new FormApi({ defaultValues: bad, validators: { onChange: connectionForm("docker-hub") }, onSubmit: ({ value }) => sent.push(value) });
  form.mount();
  await form.handleSubmit();
  assert.deepEqual([sent, form.state.canSubmit], [[], false]);
  assert.ok(form.state.errors.flatMap((error) => Object.keys(error)).includes("values.password"), JSON.stringify(form.state.errors));
  form.reset(good);
  await form.handleSubmit();
  assert.deepEqual(sent, [good]);
});

test("schemas: every JSON Schema compiles, and takes a form for its registry type only with what it needs", () => {
  const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true });
  formats(ajv);
  for (const { id, auth } of providers()) {
    const valid = ajv.compile(jsonSchema(id));
    for (const [place, method] of auth.entries()) {
      const values = Object.fromEntries(method.fields.map(({ name, kind }) => [name, kind === "checkbox" ? true : "text"]));
      assert.equal(valid({ provider: id, name: "images", auth: method.id, values }), true, JSON.stringify(valid.errors));
      assert.equal(valid({ provider: id, name: "images", auth: method.id, values: { ...values, unknown: "text" } }), false, `${id} ${method.id}`);
      for (const { name, required } of method.fields) {
        const { [name]: left, ...others } = values;
        const given = { provider: id, name: "images", ...(place === 0 ? {} : { auth: method.id }), values: others };
        assert.equal(valid(given), !required, `${id} ${method.id} without ${name}, ${left}`);
      }
    }
  }
});
