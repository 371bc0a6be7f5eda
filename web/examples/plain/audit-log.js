// The activity of a connection, as your own backend gives it.
import "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

const entry = { at: "2026-11-21T10:00:00Z", from: "192.0.2.7", requestId: "0197a0c2-0000-7000-8000-000000000007" };
const items = [
  { ...entry, action: "update", version: 2, subject: "anna@example.com", changes: { name: ["Images", "Production images"] } },
  { ...entry, action: "create", version: 1, subject: "ben@example.com", changes: {} },
];
const log = document.querySelector("bowline-audit-log");
log.client = { audit: async () => ({ items, next: null }) };
log.connection = kept;
