/**
 * Why sign-in at the identity provider failed: the page was not served over HTTPS, so the browser has no cryptography
 * (`insecure`); no response (`unreachable`); the user declined (`denied`); the response belongs to no request of this tab
 * (`state`); anything else (`refused`).
 */
export type SignInFailure = "insecure" | "unreachable" | "denied" | "state" | "refused";

export class SignInError extends Error {
  override readonly name = "SignInError";

  constructor(
    readonly failure: SignInFailure,
    options?: ErrorOptions,
  ) {
    super(failure, options);
  }
}

/** Converts a thrown value. Any value except a {@link SignInError} means that a part of the page was not loaded. */
export function failureIn(error: unknown): SignInFailure {
  return error instanceof SignInError ? error.failure : "unreachable";
}
