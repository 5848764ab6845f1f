import type { VerdictBasis, VerdictCode, VerdictLevel } from '../events/verdict.ts';
import type { VerdictRules } from './verdict-rules.ts';
import type { WindowEvidence } from './window-evidence.ts';

/** What is known of a scope. */
export interface Evidence {
  readonly newest: WindowEvidence;
  /** The newest window with labels enough; `null`: none is left. */
  readonly measured: WindowEvidence | null;
  /** Answer of the partition at which the newest change was noticed, from 0; `null`: none was. */
  readonly noticedAt: number | null;
  /** Answers of the partition that are known. */
  readonly answersSeen: number;
}

/** What the evidence of the moment speaks for, were there no history. */
export interface Judgement {
  readonly level: VerdictLevel;
  readonly code: VerdictCode;
  readonly basis: VerdictBasis;
  /** A clause for people, without a full stop. */
  readonly reason: string;
  /** The window it rests on. */
  readonly window: WindowEvidence;
  /** Whether a worse level is taken without waiting. */
  readonly atOnce: boolean;
  /** Whether it may speak for a better level. */
  readonly mayImprove: boolean;
}

/** Confidences that label-free numbers need. */
export const LEAST_ESTIMATED = 20;

const shown = (value: number): string => value.toFixed(3);

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

/** By labels: the band lies below the limit, above it, or around it. */
function judgeMeasured(
  window: WindowEvidence,
  error: NonNullable<WindowEvidence['error']>,
  { answersSeen }: Evidence,
  { limit, margin }: VerdictRules,
): Judgement {
  const { ece, low, high } = error;
  const ago = answersSeen - window.end;
  const when = ago > 0 ? `, measured ${counted(ago, 'answer')} ago,` : '';
  const what = `the calibration error is ${shown(ece)}, and its 95% band, ${shown(low)} to ${shown(high)},${when}`;
  const common = { basis: 'measured', window, mayImprove: true, atOnce: false } as const;
  if (high <= limit)
    return {
      ...common,
      level: 'trust',
      code: 'error-below-limit',
      reason: `${what} lies below ${shown(limit)}`,
    };
  if (low > limit)
    return {
      ...common,
      level: 'do-not-trust',
      code: 'error-above-limit',
      reason: `${what} lies above ${shown(limit)}`,
      atOnce: low > limit + margin,
    };
  return {
    ...common,
    level: 'caution',
    code: 'error-around-limit',
    reason: `${what} reaches both sides of ${shown(limit)}: ${counted(window.labelled, 'labelled answer')} cannot tell`,
  };
}

/** Without labels: what the confidences and the model's own signals say of themselves. Never trust. */
function judgeEstimated({ newest }: Evidence, { gap, minimumLabelled }: VerdictRules): Judgement {
  const { n, missing, meanConfidence, signalGap, labelled } = newest;
  const needed =
    labelled < minimumLabelled ? ` (${labelled}; a window needs ${minimumLabelled})` : '';
  const unlabelled = `there are too few labels${needed}`;
  const common = { basis: 'estimated', window: newest, atOnce: false, mayImprove: true } as const;
  if (n < LEAST_ESTIMATED || meanConfidence === null)
    return {
      ...common,
      basis: 'none',
      level: 'not-enough-data',
      code: 'few-confidences',
      reason: `the newest window has ${counted(n, 'answer')} with a confidence, fewer than ${LEAST_ESTIMATED}, and too few labels`,
    };
  if (signalGap !== null && signalGap > gap)
    return {
      ...common,
      level: 'do-not-trust',
      code: 'signals-disagree',
      reason: `${unlabelled}, and mean confidence, ${shown(meanConfidence)}, lies ${shown(signalGap)} from the token certainty of the same answers, more than ${shown(gap)}`,
    };
  if (missing > n)
    return {
      ...common,
      level: 'caution',
      code: 'many-missing',
      reason: `${counted(missing, 'answer')} of ${missing + n} have no confidence`,
    };
  return {
    ...common,
    level: 'caution',
    code: 'no-labels',
    reason: `${unlabelled}, and numbers without labels, though quiet, cannot see whether right answers still go with high confidence`,
  };
}

/** Whether a window has labels enough for its calibration error to count. */
export function isMeasured(window: WindowEvidence, { minimumLabelled }: VerdictRules): boolean {
  return window.error !== null && window.labelled >= minimumLabelled;
}

/**
 * What the evidence of the moment speaks for. Measured and estimated numbers are never mixed: where labels speak,
 * they alone do.
 */
export function judgeEvidence(evidence: Evidence, rules: VerdictRules): Judgement {
  const { newest, measured, noticedAt, answersSeen } = evidence;
  const since = noticedAt ?? 0;
  if (newest.start < since) {
    // Some of the newest window's answers came before the change: it may speak against trust, not for it.
    const mixed =
      isMeasured(newest, rules) && newest.end > since && newest.error !== null
        ? judgeMeasured(newest, newest.error, evidence, rules)
        : undefined;
    if (mixed?.level === 'do-not-trust') return { ...mixed, mayImprove: false };
    return {
      level: 'caution',
      code: 'change-noticed',
      basis: 'estimated',
      // Its place, not its age: the sentence is read until the next window comes, and an age would be stale by then.
      reason: `a change of the stream was noticed at answer ${since + 1}, and no window lies wholly after it`,
      window: newest,
      atOnce: true,
      mayImprove: false,
    };
  }
  const error = measured?.error ?? null;
  if (measured !== null && error !== null) {
    const speaks = measured.start >= since && answersSeen - measured.end <= rules.carry;
    if (speaks) return judgeMeasured(measured, error, evidence, rules);
  }
  return judgeEstimated(evidence, rules);
}
