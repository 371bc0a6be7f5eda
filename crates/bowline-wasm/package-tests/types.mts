// Compiled, not run: the types of the package say what it does, and none of them is `any`.

import {
  checkForm,
  connectionForm,
  detect,
  InvalidReferenceError,
  checkPolicy,
  InvalidPatternError,
  jsonSchema,
  parsePattern,
  parseReference,
  PatternSet,
  providers,
  ready,
  selectImages,
  type ConnectionForm,
  type Finding,
  type Provider,
  type ProviderId,
  type Report,
} from "bowline";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

holds<Equal<ReturnType<typeof ready>, Promise<void>>>();
holds<Equal<ReturnType<typeof checkForm>, Report>>();
holds<Equal<ReturnType<typeof providers>, readonly Provider[]>>();
holds<Equal<ReturnType<typeof detect>, ConnectionForm[]>>();
holds<Equal<Finding["severity"], "error" | "warning" | "hint">>();
holds<Equal<Report["endpoint"], string | null>>();

await ready();
await ready(new URL("https://cdn.example.com/bowline.wasm"));
await ready(fetch("https://cdn.example.com/bowline.wasm"));

const form: ConnectionForm = { provider: "docker-hub", values: { username: "a", remember: true, port: 1, empty: null } };
const report = checkForm(form, { touched: ["name", "values.username"], now: Date.now() });
const messages: string[] = report.findings.map((finding) => `${finding.field}: ${finding.message}`);
checkForm(detect(messages.join())[0] ?? {});

try {
  const tag: string | null = parseReference("alpine").tag;
  console.log(tag);
} catch (error) {
  if (error instanceof InvalidReferenceError) console.log(error.code.length, error.start + error.end);
}

const set = new PatternSet(["alpine:3"]);
holds<Equal<ReturnType<typeof set.filter>, Uint32Array>>();
holds<Equal<ReturnType<typeof checkPolicy>["valid"], boolean>>();
const images = [{ repository: "web", tag: "1", createdAt: new Date() }];
const chosen: number[] = selectImages({ condition: { kind: "latest", count: 1 } }, images).selected;
console.log(chosen, set.explain("alpine").missed, parsePattern("alpine").name?.kind, InvalidPatternError.name);
set.free();

// @ts-expect-error a condition needs its number
checkPolicy({ condition: { kind: "latest" } });
// @ts-expect-error a purpose is one of two
checkForm({ purpose: "both" });
// @ts-expect-error a form has no such member
checkForm({ providr: "docker-hub" });
// @ts-expect-error the table is shared by all callers
providers()[0]!.id = "mine";
// @ts-expect-error only the package makes these
new InvalidReferenceError();

// Ids are literal types; what somebody typed is a text.
const kind: ProviderId = "docker-hub";
const schema = connectionForm("docker-hub");
holds<Equal<NonNullable<(typeof schema)["~standard"]["types"]>["output"]["provider"], "docker-hub" | undefined>>();
const outcome = schema["~standard"].validate({ name: "images" });
if (outcome.issues === undefined) holds<Equal<typeof outcome.value.auth, "anonymous" | "oauth2" | "password" | undefined>>();
console.log(jsonSchema(kind)["$schema"], checkForm({ provider: messages[0] ?? "" }).detected);
// @ts-expect-error there is no such registry type
connectionForm("docker-hob");
