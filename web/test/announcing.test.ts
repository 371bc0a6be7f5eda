import assert from "node:assert/strict";
import { test } from "node:test";
import { instructionsFor } from "../src/pulling/announcing.js";

const url = "https://bowline.example.com/v1/events/0197";
const byHeader = { url, authorization: "Bearer not-a-secret" };
const byUrl = { url: `${url}/not-a-secret`, authorization: null };

/** What has to stand in what is pasted, for each product that takes something to paste. */
const pasted: [string, typeof byHeader | typeof byUrl, string[]][] = [
  ["docker-registry", byHeader, ["notifications:\n  endpoints:", `url: ${url}\n`, 'Authorization: ["Bearer not-a-secret"]']],
  ["openshift", byHeader, ["notifications:"]],
  ["gitlab", byHeader, ["registry['notifications'] = [", `'url' => '${url}'`, "['Bearer not-a-secret']"]],
  ["azure-acr", byHeader, ["--actions push delete quarantine", `--uri '${url}'`, "--headers 'Authorization=Bearer not-a-secret'"]],
  ["amazon-ecr", byHeader, ['"aws.ecr"', '"ECR Image Action"']],
  ["google", byUrl, ["--topic=gcr", `--push-endpoint='${url}/not-a-secret'`]],
];
for (const [provider, announcement, texts] of pasted) {
  test(`announcing: what is pasted at ${provider}`, () => {
    const { snippet = "" } = instructionsFor(provider, announcement) ?? {};
    for (const text of texts) assert.ok(snippet.includes(text), `${text} is not in\n${snippet}`);
  });
}

for (const provider of ["docker-registry", "gitlab", "azure-acr"]) {
  test(`announcing: where the secret is in the URL, ${provider} is given no header`, () => {
    assert.doesNotMatch(instructionsFor(provider, byUrl)?.snippet ?? "", /authorization/i);
  });
}

for (const provider of ["harbor", "jfrog-artifactory"]) {
  test(`announcing: at ${provider} the header's value has a step of its own`, () => {
    const steps = (announcement: typeof byHeader | typeof byUrl): number => instructionsFor(provider, announcement)?.steps.length ?? 0;
    assert.equal(steps(byHeader), steps(byUrl) + 1);
  });
}

test("announcing: of a product that is not known nothing is made up", () => {
  assert.equal(instructionsFor("ibm", byHeader), null);
});
