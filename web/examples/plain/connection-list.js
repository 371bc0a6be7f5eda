// The list with a client of your own: it speaks to your backend, not to Bowline.
import { ApiError } from "./node_modules/bowline/elements.js";

const kept = {
  id: "0197a0c2-0000-7000-8000-000000000001",
  project: "acme",
  name: "Production images",
  description: "",
  provider: "docker-registry",
  auth: "password",
  purpose: "pull",
  endpoint: "https://registry.example.com",
  values: { username: "scanner" },
  secrets: ["password"],
  policy: null,
  trustedAuthHosts: [],
  image: "",
  uses: [],
  version: 1,
  createdAt: "2026-11-21T10:00:00Z",
  updatedAt: "2026-11-21T10:00:00Z",
  credentialsChangedAt: "2026-11-21T10:00:00Z",
  lastUsedAt: null,
  expiresAt: null,
  lastCheck: { at: "2026-11-21T10:00:00Z", ok: true, proved: "pull", problem: null },
};

document.querySelector("bowline-connection-list").client = {
  list: async ({ search = "" } = {}) => ({ items: kept.name.includes(search) ? [kept] : [], next: null }),
  read: async () => kept,
  remove: async () => {
    throw new ApiError({ code: "connection.in_use", title: "The connection is in use" }, 409);
  },
};
