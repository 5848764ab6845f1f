import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../../events/alert.ts';
import type { AlertSink, Delivery } from '../../ports/alert-sink.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { alertBody, alertId } from './alert-body.ts';

/** Where and how alerts are posted. */
export interface WebhookOptions {
  /** Absolute http or https address. Its path may be a secret: no message names it. */
  readonly url: string;
  /** How long an answer is waited for, in milliseconds. */
  readonly timeoutMs: number;
  /** Tries before an alert is given up, at least 1. */
  readonly attempts: number;
  /** Header that tells the receiver who posts; no message names its value. */
  readonly secret?: { readonly header: string; readonly value: string } | undefined;
  /** Spreads the waits. */
  readonly random: SeededRandom;
  /** Ceiling of the first wait in milliseconds; doubled each time. @defaultValue 1000 */
  readonly firstWaitMs?: number;
  /** Highest ceiling of a wait. @defaultValue 60000 */
  readonly maxWaitMs?: number;
}

/** Whether an answer says "later", not "no"; proxies have codes of their own above 500. */
function isLater(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status);
}

type Attempt =
  Delivery | { readonly ok: 'later'; readonly reason: string; readonly waitMs: number };

/** Seconds that a server asks to wait, in milliseconds; 0 where it does not say. */
function askedWaitMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** Why a request failed, in a word that names neither address nor secret. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it did not answer in time';
  const cause =
    error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return typeof cause?.code === 'string' && /^[A-Z_]{1,40}$/.test(cause.code)
    ? `it cannot be reached (${cause.code})`
    : 'it cannot be reached';
}

/**
 * Posts alerts as JSON. Follows no redirect, so that the secret goes where it was meant to; reads no body.
 *
 * Between two tries it waits, uniformly in the upper half of a ceiling that doubles, or for as long as the server asks,
 * up to the highest ceiling.
 */
export function openWebhook(options: WebhookOptions): AlertSink {
  const {
    url,
    timeoutMs,
    attempts,
    secret,
    random,
    firstWaitMs = 1000,
    maxWaitMs = 60_000,
  } = options;

  const attempt = async (alert: Alert, signal: AbortSignal): Promise<Attempt> => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        body: alertBody(alert),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': alertId(alert),
          ...(secret === undefined ? {} : { [secret.header]: secret.value }),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      if (response.ok) return { ok: true };
      const reason = `it answered ${response.status}`;
      return isLater(response.status)
        ? { ok: 'later', reason, waitMs: askedWaitMs(response) }
        : { ok: false, reason };
    } catch (error) {
      return { ok: 'later', reason: reasonOf(error), waitMs: 0 };
    }
  };

  return {
    deliver: async (alert, signal) => {
      let reason = 'it was given up';
      for (let tries = 1; tries <= attempts && !signal.aborted; tries++) {
        const outcome = await attempt(alert, signal);
        if (outcome.ok === true || outcome.ok === false) return outcome;
        reason = outcome.reason;
        if (tries === attempts) break;
        const ceiling = Math.min(maxWaitMs, firstWaitMs * 2 ** (tries - 1));
        const waitMs = Math.min(
          maxWaitMs,
          Math.max(outcome.waitMs, (ceiling / 2) * (1 + random.next())),
        );
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
      return { ok: false, reason: signal.aborted ? 'it was given up' : reason };
    },
  };
}
