/** What a verdict may say, from best to worst. */
export const VERDICT_LEVELS = ['trust', 'not-enough-data', 'caution', 'do-not-trust'] as const;

/** One of {@link VERDICT_LEVELS}. */
export type VerdictLevel = (typeof VERDICT_LEVELS)[number];

/**
 * What a verdict rests on. `measured`: labels. `estimated`: label-free numbers alone, which cannot see that the relation
 * between question and right answer changed. `none`: neither.
 */
export const VERDICT_BASES = ['measured', 'estimated', 'none'] as const;

/** One of {@link VERDICT_BASES}. */
export type VerdictBasis = (typeof VERDICT_BASES)[number];

/** Why a verdict says what it says, for machines. */
export const VERDICT_CODES = [
  'error-below-limit',
  'error-around-limit',
  'error-above-limit',
  'change-noticed',
  'no-labels',
  'signals-disagree',
  'many-missing',
  'few-confidences',
  'no-window',
  'held',
  'stale',
] as const;

/** One of {@link VERDICT_CODES}. */
export type VerdictCode = (typeof VERDICT_CODES)[number];

/** Whether the published confidences of a scope can be trusted now; `docs/verdict.md` has the rules. */
export interface Verdict {
  readonly level: VerdictLevel;
  readonly code: VerdictCode;
  /** One sentence for people. */
  readonly reason: string;
  readonly basis: VerdictBasis;
  /** Since when it says so: when the newest answer known then was given. */
  readonly sinceMs: number;
  /** Answers with a confidence in the window that it rests on. */
  readonly n: number;
  /** Of them those with a label. */
  readonly labelled: number;
  /** When the newest answer that it knows of was given: its age is counted from here. */
  readonly dataAtMs: number;
}
