/** The error type for all API failures. */

import type { Finding } from "bowline";
import { problemText, text } from "../messages.js";
import type { Check, ProblemDetails } from "./types.js";

/** A failed request. `message` is the title for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The stable code: the API's, or `offline`, `network`, `answer.unexpected`. */
  readonly code: string;
  /** The HTTP status; 0 without a response. */
  readonly status: number;
  readonly detail: string;
  /** The form's field, such as `name`. */
  readonly field: string | undefined;
  readonly findings: readonly Finding[];
  /** The failed check of a `verify`. */
  readonly check: Check | undefined;
  readonly requestId: string | undefined;
  /** Seconds to wait, if the server sent them. */
  readonly retryAfter: number | undefined;

  constructor(problem: ProblemDetails, status: number, retryAfter?: number) {
    const code = problem.code || "answer.unexpected";
    const { title, detail } = problemText({ code, title: problem.title || text().errors.unexpected, detail: problem.detail ?? "" });
    super(title);
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.field = problem.field ?? undefined;
    this.findings = problem.findings ?? [];
    this.check = problem.check;
    this.requestId = problem.requestId;
    this.retryAfter = retryAfter;
  }

  /** The token is missing, invalid, or expired: sign in again. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** A retry may work: there was no response, or the server failed. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** The token does not allow this. */
  get forbidden(): boolean {
    return this.status === 403;
  }
}

/** Converts a non-2xx response to an error. Never throws. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = await response.text().catch(() => "");
  const problem = parseProblem(body) ?? { title: text().errors.status(response.status) };
  return new ApiError(problem, response.status, seconds(response.headers.get("retry-after")));
}

/** Reads problem details; `undefined` for anything that is not a JSON object. */
export function parseProblem(body: string): ProblemDetails | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The error for a request that got no answer. */
export function networkError(online: boolean): ApiError {
  const { offline, offlineDetail, network, networkDetail } = text().errors;
  return online
    ? new ApiError({ code: "network", title: network, detail: networkDetail }, 0)
    : new ApiError({ code: "offline", title: offline, detail: offlineDetail }, 0);
}

/** Whether an error only means a canceled request. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Any thrown value as an error to show. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError({ title: text().errors.unexpected, detail: error instanceof Error ? error.message : "" }, 0);
}

function seconds(header: string | null): number | undefined {
  const value = Number(header ?? "");
  return header !== null && Number.isInteger(value) && value >= 0 ? value : undefined;
}
