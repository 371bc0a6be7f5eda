// Repositories and tags, asked of the registry by your own backend.
import "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

const listing = (names) => ({ items: names.map((name) => ({ name })), complete: true });
const browser = document.querySelector("bowline-image-browser");
browser.client = {
  repositories: async (_, search) => listing(["team/app", "team/web"].filter((name) => name.includes(search))),
  tags: async () => listing(["1.4", "latest"]),
};
browser.connection = kept;
