import type { ErrorCode } from './error-code.ts';

/** What a {@link SeclError} may carry besides code and message. */
export interface SeclErrorOptions {
  /** What the user can do about it, as one imperative sentence. */
  readonly hint?: string;
  /** Whether the same call may succeed later without anybody changing anything. @defaultValue false */
  readonly retryable?: boolean;
  /** The error underneath, kept for the log. */
  readonly cause?: unknown;
}

/**
 * The one error class of the project: a closed code, a sentence for people, and what to do.
 *
 * Bad *data* is not an error but a value (see `docs/decisions.md`); errors are for broken
 * preconditions, files and machines.
 */
export class SeclError extends Error {
  override readonly name = 'SeclError';
  /** Stable identifier; see {@link ErrorCode}. */
  readonly code: ErrorCode;
  /** What the user can do, or `undefined`. */
  readonly hint: string | undefined;
  /** Whether trying again unchanged can help; decided where the error is born. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: SeclErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

/** Whether an unknown thrown value says that the same call may succeed later. Never throws. */
export function isRetryable(error: unknown): boolean {
  return error instanceof SeclError && error.retryable;
}

/**
 * Throws a `PRECONDITION` error unless `condition` holds.
 *
 * @throws {@link SeclError} with code `PRECONDITION`.
 */
export function precondition(condition: boolean, message: string): asserts condition {
  if (!condition) throw new SeclError('PRECONDITION', message);
}
