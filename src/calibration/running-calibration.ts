import { precondition } from '../errors/secl-error.ts';
import { equalWidthBinOf } from './binning.ts';
import type { Fold } from './fold.ts';
import type { ConfidenceRow } from './labelled-confidences.ts';

/** Sums of {@link runningCalibration}; plain data. */
export interface RunningState {
  readonly n: number;
  readonly missing: number;
  readonly unlabelled: number;
  readonly correct: number;
  readonly confidence: number;
  readonly squaredGaps: number;
  /** `correct - confidence` summed per bin, shape `[bins]`. */
  readonly gaps: readonly number[];
}

/** Metrics over everything seen so far; `null` before the first row with both values. */
export interface RunningCalibration {
  readonly n: number;
  readonly missing: number;
  readonly unlabelled: number;
  readonly ece: number | null;
  readonly brier: number | null;
  readonly accuracy: number | null;
  readonly mean: number | null;
}

/**
 * ECE (equal width), Brier score, accuracy and mean confidence so far, updated in O(bins) a row; one
 * output per input.
 *
 * @param bins - Integer of at least 1. @defaultValue 10
 * @throws {@link SeclError} `PRECONDITION` for other bins, or, in a step, for a confidence that is NaN
 *   or outside `[0, 1]`.
 */
export function runningCalibration(
  bins = 10,
): Fold<RunningState, ConfidenceRow, RunningCalibration> {
  precondition(
    Number.isInteger(bins) && bins >= 1,
    `The number of bins is ${bins}; it must be an integer of at least 1.`,
  );
  const initial: RunningState = {
    n: 0,
    missing: 0,
    unlabelled: 0,
    correct: 0,
    confidence: 0,
    squaredGaps: 0,
    gaps: new Array<number>(bins).fill(0),
  };
  return {
    initial,
    step(state, row) {
      const next = addRow(state, row);
      return { state: next, outputs: [readMetrics(next)] };
    },
  };
}

/** The sums with one more row. */
function addRow(state: RunningState, { confidence, correct }: ConfidenceRow): RunningState {
  if (confidence === null) return { ...state, missing: state.missing + 1 };
  precondition(
    confidence >= 0 && confidence <= 1,
    `The confidence is ${confidence}; it must be a fraction in [0, 1], or null when missing.`,
  );
  if (correct === null) return { ...state, unlabelled: state.unlabelled + 1 };
  const gap = (correct ? 1 : 0) - confidence;
  const bin = equalWidthBinOf(confidence, state.gaps.length);
  return {
    ...state,
    n: state.n + 1,
    correct: state.correct + (correct ? 1 : 0),
    confidence: state.confidence + confidence,
    squaredGaps: state.squaredGaps + gap * gap,
    gaps: state.gaps.map((sum, b) => (b === bin ? sum + gap : sum)),
  };
}

/** The metrics of the sums. */
function readMetrics(state: RunningState): RunningCalibration {
  const { n, missing, unlabelled } = state;
  const share = (sum: number): number | null => (n === 0 ? null : sum / n);
  return {
    n,
    missing,
    unlabelled,
    ece: share(state.gaps.reduce((sum, gap) => sum + Math.abs(gap), 0)),
    brier: share(state.squaredGaps),
    accuracy: share(state.correct),
    mean: share(state.confidence),
  };
}
