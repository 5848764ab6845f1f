import { SeclError } from '../errors/secl-error.ts';
import type { LossName } from '../events/training-batch.ts';

/** Digits, and so bins, that a confidence is said with. */
const BINS = 10;

/** Middle of each bin, `(k + 0.5) / 10`: what a digit says. */
export const BIN_VALUES: Float32Array = Float32Array.from(
  { length: BINS },
  (_, bin) => (bin + 0.5) / BINS,
);

/**
 * A loss over the ten renormalised digit probabilities `p` with confidence `c = Σ BIN_VALUES · p`:
 * `−Σ binWeights · ln p + squaredWeight · (c − target)²`.
 */
export interface LossTarget {
  /** Shape `[10]`; they sum to 1, or are all 0. */
  readonly binWeights: Float32Array;
  /** 1 for the squared loss, else 0. */
  readonly squaredWeight: number;
  /** What `c` is compared with by the squared loss. */
  readonly target: number;
}

/** What a loss is made of, besides its name. */
export interface LossSample {
  /** In `[0, 1]`. */
  readonly target: number;
  /** Confidence that a bounded loss moves from, in `[0, 1]`. */
  readonly confidence: number;
}

/**
 * One sample's loss; see `LOSS_NAMES` for the five.
 *
 * @param maxStep - How far a bounded loss may move a confidence, a fraction above 0.
 * @throws SeclError `TRAINING_FAILED` if a number is no fraction.
 */
export function lossTarget(name: LossName, sample: LossSample, maxStep: number): LossTarget {
  const { target, confidence } = sample;
  if (![target, confidence].every(isFraction) || !(maxStep > 0)) {
    throw new SeclError(
      'TRAINING_FAILED',
      `A target of ${target} for a confidence of ${confidence}, with steps of ${maxStep}`,
      { hint: 'Targets and confidences are fractions, `maxStep` is above 0.' },
    );
  }
  const near = Math.min(Math.max(target, confidence - maxStep), confidence + maxStep);
  switch (name) {
    case 'one-bin':
      return crossEntropy([[neighbour(confidence, target), 1]]);
    case 'squared':
      return { binWeights: new Float32Array(BINS), squaredWeight: 1, target: near };
    case 'two-hot':
      return crossEntropy(twoHot(target));
    case 'two-hot-clipped':
      return crossEntropy(twoHot(near));
    case 'target-bin':
      return crossEntropy([[binOf(target), 1]]);
  }
}

/** The loss's value at log probabilities `[10]`, renormalised. */
export function lossAt(loss: LossTarget, logProbabilities: Float32Array): number {
  let value = loss.squaredWeight * (confidenceAt(logProbabilities) - loss.target) ** 2;
  loss.binWeights.forEach((weight, bin) => {
    // A digit of no mass costs nothing where it is not asked for.
    if (weight !== 0) value -= weight * (logProbabilities[bin] as number);
  });
  return value;
}

/** Confidence `Σ BIN_VALUES · p`, in `[0.05, 0.95]`, at log probabilities `[10]`, renormalised. */
export function confidenceAt(logProbabilities: Float32Array): number {
  return logProbabilities.reduce(
    (sum, value, bin) => sum + (Math.exp(value) * (bin + 0.5)) / BINS,
    0,
  );
}

const isFraction = (value: number): boolean => value >= 0 && value <= 1;

const binOf = (fraction: number): number => Math.min(BINS - 1, Math.floor(BINS * fraction));

/** The bin next to the confidence's on the target's side; at either end, or without a gap, its own. */
function neighbour(confidence: number, target: number): number {
  return Math.min(BINS - 1, Math.max(0, binOf(confidence) + Math.sign(target - confidence)));
}

/**
 * The two bins whose middles lie around a fraction, weighted so that their mean is the fraction; beyond the
 * outermost middles, 0.05 and 0.95, the outermost bin.
 */
function twoHot(fraction: number): readonly (readonly [bin: number, weight: number])[] {
  const place = Math.min(Math.max(BINS * fraction - 0.5, 0), BINS - 1);
  const lower = Math.min(Math.floor(place), BINS - 2);
  return [
    [lower, lower + 1 - place],
    [lower + 1, place - lower],
  ];
}

function crossEntropy(bins: readonly (readonly [bin: number, weight: number])[]): LossTarget {
  const binWeights = new Float32Array(BINS);
  for (const [bin, weight] of bins) binWeights[bin] = weight;
  return { binWeights, squaredWeight: 0, target: 0 };
}
