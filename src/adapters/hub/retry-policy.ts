import type { SeededRandom } from '../../random/seeded-random.ts';

/** When a broken download is tried again. */
export interface RetryPolicy {
  /** Most tries in a row that bring less than {@link progressBytes}. @defaultValue 5 */
  readonly maxTries: number;
  /** Bytes that make a try count as progress and start the count anew. @defaultValue 1048576 */
  readonly progressBytes: number;
  /** Ceiling of the first wait in milliseconds; doubled each time. @defaultValue 500 */
  readonly firstWaitMs: number;
  /** Highest ceiling of a wait in milliseconds. @defaultValue 8000 */
  readonly maxWaitMs: number;
  /** Longest wait a server may ask for, in milliseconds; more means giving it up. @defaultValue 30000 */
  readonly maxServerWaitMs: number;
}

/** The defaults of {@link RetryPolicy}. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxTries: 5,
  progressBytes: 1 << 20,
  firstWaitMs: 500,
  maxWaitMs: 8000,
  maxServerWaitMs: 30_000,
};

/** Answers that say "later", not "no". */
export const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The wait before try `tries + 1`: uniform in the upper half of an exponentially growing ceiling.
 *
 * Half of it is fixed, so that a server is never hit again at once; half is random, so that many
 * clients do not come back together. Source: Brooker 2015, "Exponential backoff and jitter" (equal jitter).
 *
 * @param tries - Failed tries so far, at least 1.
 * @returns Milliseconds.
 */
export function backoffMs(tries: number, policy: RetryPolicy, random: SeededRandom): number {
  const ceiling = Math.min(policy.maxWaitMs, policy.firstWaitMs * 2 ** (tries - 1));
  return Math.round((ceiling / 2) * (1 + random.next()));
}

/**
 * Reads a `Retry-After` header: seconds, or an HTTP date.
 *
 * @param nowMs - Milliseconds since the Unix epoch, to turn a date into a wait.
 * @returns Milliseconds, at least 0; `undefined` if the header is absent or makes no sense.
 */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // An HTTP date begins with a letter; anything else that Date.parse would take is not one.
  if (!/^[A-Za-z]{3}/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
