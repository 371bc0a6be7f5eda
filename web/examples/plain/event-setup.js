// Where a registry announces its pushes, and what to paste there.
import "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

const address = {
  enabled: true,
  url: "https://bowline.example.com/v1/events/0197",
  secretIn: "header",
  header: "Authorization",
  createdAt: "2026-11-21T10:00:00Z",
  received: 12,
  unknown: 0,
  lastReceivedAt: "2026-11-21T11:00:00Z",
};
const setup = document.querySelector("bowline-event-setup");
setup.client = {
  events: async () => address,
  renewEvents: async () => ({ ...address, authorization: "Bearer shown-this-once" }),
  endEvents: async () => undefined,
};
setup.connection = kept;
