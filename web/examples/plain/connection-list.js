// The list with a client of your own: it speaks to your backend, not to Bowline.
import { ApiError } from "./node_modules/bowline/elements.js";
import { kept } from "./kept.js";

document.querySelector("bowline-connection-list").client = {
  list: async ({ search = "" } = {}) => ({ items: kept.name.includes(search) ? [kept] : [], next: null }),
  read: async () => kept,
  remove: async () => {
    throw new ApiError({ code: "connection.in_use", title: "The connection is in use" }, 409);
  },
};
