// A connection's pull rules with the tester beside them; your client keeps them.
import "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

const editor = document.querySelector("bowline-policy-editor");
editor.client = {
  edit: async (connection, change) => ({ ...kept, ...change, version: connection.version + 1 }),
  selection: async () => ({ images: [{ repository: "team/app", tag: "1.4" }], decisions: [], complete: true }),
  scanners: async () => [{ name: "scanner-frankfurt", lastSeen: "2026-11-21T10:00:00Z" }],
};
editor.connection = { ...kept, policy: { mode: "automatic", at: "02:30", timezone: "Europe/Vienna", include: ["team/"] } };
editor.addEventListener("bowline-saved", ({ detail }) => {
  document.title = `Version ${detail.connection.version}`;
});
