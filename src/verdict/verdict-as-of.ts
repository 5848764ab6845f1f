import type { Verdict } from '../events/verdict.ts';
import { spanText } from './span-text.ts';
import { verdictWord } from './step-verdict.ts';

/** A verdict as somebody reads it at some time. */
export interface ReadVerdict extends Omit<Verdict, 'sinceMs' | 'dataAtMs'> {
  /** `null` before any window. */
  readonly sinceMs: number | null;
  readonly dataAtMs: number | null;
  /** Age of the newest answer, in milliseconds; `null` before any. */
  readonly ageMs: number | null;
}

/**
 * A verdict as it reads at a time: too old data is data that says nothing of now.
 *
 * @param verdict - `null`: no window has closed yet.
 * @param nowMs - Of the reader's clock, milliseconds since the epoch.
 * @param maxAgeMs - `null`: however old it is.
 */
export function verdictAsOf(
  verdict: Verdict | null,
  nowMs: number,
  maxAgeMs: number | null,
): ReadVerdict {
  if (verdict === null)
    return {
      level: 'not-enough-data',
      code: 'no-window',
      reason: 'No window of answers has closed yet.',
      basis: 'none',
      sinceMs: null,
      n: 0,
      labelled: 0,
      dataAtMs: null,
      ageMs: null,
    };
  const ageMs = Math.max(0, nowMs - verdict.dataAtMs);
  if (maxAgeMs === null || ageMs <= maxAgeMs) return { ...verdict, ageMs };
  return {
    ...verdict,
    level: 'not-enough-data',
    code: 'stale',
    reason: `The newest answer known here is ${spanText(ageMs)} old; the verdict then was "${verdictWord(verdict.level)}".`,
    basis: 'none',
    sinceMs: verdict.dataAtMs + maxAgeMs,
    ageMs,
  };
}
