/** What the package `bowline/client` gives: the client of the API, without an element. It needs no DOM. */

export { HttpClient } from "./api/client.js";
export { ApiError } from "./api/problem.js";
