// What every runtime has to do with the package: the rules, and importing the elements where there is no DOM.

import { checkForm, detect, PatternSet, ready } from "bowline";
import "bowline/elements";
import { HttpClient } from "bowline/client";

await ready();
const report = checkForm({ provider: "docker-hub", name: "prod", values: { username: "me@example.com" } });
const [{ provider }] = detect("docker login ghcr.io -u octocat");
const taken = new PatternSet(["team/*"]).matches("team/api:1.4");
console.log(JSON.stringify({ code: report.findings[0].code, provider, taken, client: typeof HttpClient }));
