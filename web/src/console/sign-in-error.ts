/**
 * Why somebody could not sign in at the identity provider: the page was not served over HTTPS, so that the browser gives it
 * no cryptography; no answer came; somebody said no; the answer is to nothing that this tab asked; anything else.
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
