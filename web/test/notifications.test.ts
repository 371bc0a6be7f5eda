import assert from "node:assert/strict";
import { test } from "node:test";
import type { Notifications } from "bowline";
import { instructionsOf } from "../src/pulling/notifications.js";

const url = "https://bowline.example.com/v1/events/0197";
const byHeader = { url, authorization: "Bearer not-a-$&-secret" };
const byUrl = { url: `${url}/not-a-secret`, authorization: null };

const notifications: Notifications = {
  steps: [
    { text: "Open it.", when: "always" },
    { text: "Paste the header.", when: "authorization" },
    { text: "Leave it empty.", when: "no-authorization" },
  ],
  snippet: [
    { text: "url: {url}", when: "always" },
    { text: "header: [{authorization}]", when: "authorization" },
    { text: "{}", when: "always" },
  ],
  docsUrl: "https://docs.example.com",
};

test("notifications: with the secret in a header", () => {
  assert.deepEqual(instructionsOf(notifications, byHeader), {
    steps: ["Open it.", "Paste the header."],
    snippet: `url: ${url}\nheader: [Bearer not-a-$&-secret]\n{}`,
    docs: "https://docs.example.com",
  });
});

test("notifications: with the secret in the URL no header is named", () => {
  assert.deepEqual(instructionsOf(notifications, byUrl), {
    steps: ["Open it.", "Leave it empty."],
    snippet: `url: ${url}/not-a-secret\n{}`,
    docs: "https://docs.example.com",
  });
});

test("notifications: nothing to paste and no page", () => {
  assert.deepEqual(instructionsOf({ steps: [], snippet: [], docsUrl: null }, byUrl), { steps: [] });
});
