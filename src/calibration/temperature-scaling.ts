import { precondition } from '../errors/secl-error.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';

/** Certainty would have an infinite logit: confidences are kept this far from 0 and 1. */
const EDGE = 1e-6;
/** Largest inverse temperature; beyond it every confidence is 0 or 1. */
const SHARPEST = 1e3;
/** Halvings of the interval, far below what a double tells apart. */
const HALVINGS = 100;

function logit(confidence: number): number {
  const p = Math.min(1 - EDGE, Math.max(EDGE, confidence));
  return Math.log(p / (1 - p));
}

/**
 * A confidence under a temperature: `1 / (1 + exp(-logit(confidence) / T))`.
 *
 * @param confidence - In `[0, 1]`.
 * @param inverseTemperature - `1 / T`, at least 0; 0 makes every confidence a half, 1 changes nothing.
 * @returns In `[0, 1]`.
 */
export function scaleByTemperature(confidence: number, inverseTemperature: number): number {
  precondition(confidence >= 0 && confidence <= 1, `not a fraction: ${confidence}`);
  return 1 / (1 + Math.exp(-logit(confidence) * inverseTemperature));
}

/**
 * Fits the one number of temperature scaling by least log loss, which is convex in `1 / T`.
 *
 * @param data - Not mutated.
 * @returns `1 / T` in `[0, 1000]`; 1 without rows. 0 where the confidences say nothing, or the contrary of what is.
 *   Source: Guo et al. 2017, with a binary logit.
 * @remarks It keeps the order of confidences and the side of a half that they are on; it cannot make a wrong but
 *   sure model modest beyond a half. O(100 n).
 */
export function fitTemperature({ confidence, correct }: LabelledConfidences): number {
  if (confidence.length === 0) return 1;
  const logits = Float64Array.from(confidence, logit);
  /** Derivative of the log loss. */
  const slope = (inverse: number): number => {
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      const z = logits[i] as number;
      sum += z * (1 / (1 + Math.exp(-z * inverse)) - (correct[i] as number));
    }
    return sum;
  };
  if (slope(0) >= 0) return 0;
  if (slope(SHARPEST) <= 0) return SHARPEST;
  let low = 0;
  let high = SHARPEST;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
