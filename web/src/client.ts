/** The exports of `bowline/client`: the API client without elements. It needs no DOM. */

export { HttpClient } from "./api/client.js";
export { ApiError } from "./api/problem.js";
