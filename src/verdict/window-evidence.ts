import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { VerdictRules } from './verdict-rules.ts';

/** A calibration window before it has a verdict. */
export type UnjudgedWindow = Omit<CalibrationWindow, 'verdict'>;

/** What a verdict reads of one window; plain data. */
export interface WindowEvidence {
  readonly ordinal: number;
  /** First answer of the window in its partition, from 0, and the first after it. */
  readonly start: number;
  readonly end: number;
  /** Answers without a published confidence. */
  readonly missing: number;
  /** Answers with one. */
  readonly n: number;
  /** Of them those with a label. */
  readonly labelled: number;
  /** Calibration error and its 95% band; without a band, both ends are the error. `null` without labels. */
  readonly error: { readonly ece: number; readonly low: number; readonly high: number } | null;
  /** Mean confidence of all `n`; `null` without any. */
  readonly meanConfidence: number | null;
  /** See `WindowEstimate.signalGap`. */
  readonly signalGap: number | null;
}

/** What a verdict reads of a window. */
export function windowEvidence(window: UnjudgedWindow, rules: VerdictRules): WindowEvidence {
  const { ordinal, answers, estimated } = window;
  const published = window.metrics.find(({ score }) => score === 'published');
  const ece = published?.ece ?? null;
  const start = ordinal * rules.step;
  const missing = published?.missing ?? answers;
  return {
    ordinal,
    start,
    // One that the clock closed is not full.
    end: Math.min(start + rules.size, window.answersSeen ?? Infinity),
    missing,
    n: answers - missing,
    labelled: published?.n ?? 0,
    error:
      ece === null ? null : { ece, low: published?.eceLow ?? ece, high: published?.eceHigh ?? ece },
    meanConfidence: estimated?.accuracy ?? null,
    signalGap: estimated?.signalGap ?? null,
  };
}
