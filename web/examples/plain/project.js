// What a project has beside its connections, as your own backend gives it.
import { providers, ready } from "./node_modules/bowline/index.js";
import "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

const at = "2026-11-21T10:00:00Z";
const settings = { scanTimeoutSeconds: 3600, keepNewest: 20, awsExternalId: "bowline-3f2a", version: 1, updatedAt: at };
const entry = {
  number: 1,
  connection: null,
  action: "settings",
  version: 1,
  subject: "anna@example.com",
  from: "192.0.2.7",
  at,
  requestId: "0197a0c2-0000-7000-8000-000000000007",
  changes: { keepNewest: [null, 20] },
};
const client = {
  service: async () => ({ egressAddresses: ["203.0.113.7"], awsAccountId: "123456789012", issuer: null }),
  settings: async () => settings,
  saveSettings: async (version, changed) => Object.assign(settings, changed, { version: version + 1 }),
  projectAudit: async () => ({ items: [entry], next: null }),
};
for (const name of ["project-settings", "login-setup", "project-audit"]) document.querySelector(`bowline-${name}`).client = client;
document.querySelector("bowline-job-snippets").connection = kept;

// The first way to sign in that something has to be created for.
await ready();
const methods = providers().flatMap(({ auth }) => auth);
document.querySelector("bowline-login-setup").setup = methods.find(({ setup }) => setup !== undefined).setup;
