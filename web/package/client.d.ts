/** The client of Bowline's API, without elements. */

export { HttpClient } from "./types/api/client.js";
export type { AuditClient, CheckOptions, ClientOptions, ConnectionChange, ConnectionsClient, ListOptions, Version } from "./types/api/client.js";
export { ApiError } from "./types/api/problem.js";
export type * from "./types/api/pulling.js";
export type * from "./types/api/types.js";
