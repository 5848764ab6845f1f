import { precondition } from '../errors/secl-error.ts';

declare const checked: unique symbol;

/**
 * Confidences and outcomes of the rows that have both, checked once, so that no metric checks again.
 * Made by {@link labelConfidences} alone.
 */
export interface LabelledConfidences {
  /** Stated probability of being right, shape `[n]`, each in `[0, 1]`. */
  readonly confidence: Float64Array;
  /** Outcome, shape `[n]`: 1 right, 0 wrong. */
  readonly correct: Uint8Array;
  /** Rows left out since their confidence is missing. */
  readonly missing: number;
  /** Rows left out since only their label is missing. */
  readonly unlabelled: number;
  readonly [checked]: true;
}

/** One answer as the metrics see it. */
export interface ConfidenceRow {
  /** Fraction in `[0, 1]`; `null` when the score is missing. */
  readonly confidence: number | null;
  /** Whether the answer was right; `null` while nobody knows. */
  readonly correct: boolean | null;
}

/**
 * Keeps the rows that have a confidence and a label, and counts the others.
 *
 * `n + missing + unlabelled` is the number of rows. A missing confidence never becomes a number.
 *
 * @param rows - Not mutated. May be empty.
 * @throws {@link SeclError} `PRECONDITION` if a confidence is NaN or outside `[0, 1]`, labelled or not.
 */
export function labelConfidences(rows: readonly ConfidenceRow[]): LabelledConfidences {
  const confidence = new Float64Array(rows.length);
  const correct = new Uint8Array(rows.length);
  let n = 0;
  let missing = 0;
  let unlabelled = 0;
  for (const [row, { confidence: value, correct: label }] of rows.entries()) {
    if (value === null) {
      missing++;
      continue;
    }
    precondition(
      value >= 0 && value <= 1,
      `The confidence of row ${row} is ${value}; it must be a fraction in [0, 1], or null when missing.`,
    );
    if (label === null) {
      unlabelled++;
      continue;
    }
    confidence[n] = value;
    correct[n] = label ? 1 : 0;
    n++;
  }
  return trustRows(confidence.subarray(0, n), correct.subarray(0, n), { missing, unlabelled });
}

/**
 * Wraps rows that are known to be good (drawn or sorted from checked ones), without looking at them.
 *
 * @param leftOut - Counts to carry along.
 */
export function trustRows(
  confidence: Float64Array,
  correct: Uint8Array,
  leftOut: { readonly missing: number; readonly unlabelled: number },
): LabelledConfidences {
  const { missing, unlabelled } = leftOut;
  return { confidence, correct, missing, unlabelled } as LabelledConfidences;
}
