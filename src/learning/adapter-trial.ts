import type { BeforeAfter } from '../events/adapter.ts';

/** What the newest adapter's first questions show: each is asked under it and under the one before. */
export interface AdapterTrial {
  /** Questions that are still to be asked under both. */
  readonly left: number;
  /** Questions asked under both. */
  readonly asked: number;
  /** Of those, the ones that have a target. */
  readonly aimed: number;
  /** Sums over the questions asked: confidence under the adapter before, and under the newest. */
  readonly confidence: BeforeAfter;
  /** Sums over those with a target: distance of either confidence from it. */
  readonly error: BeforeAfter;
}

/** A trial of so many questions; `null` for none. */
export function newTrial(questions: number): AdapterTrial | null {
  const none = { before: 0, after: 0 };
  return questions === 0
    ? null
    : { left: questions, asked: 0, aimed: 0, confidence: none, error: none };
}

/**
 * Takes in a question that was asked under both adapters.
 *
 * @param confidence - Under the adapter before, and under the newest; fractions.
 * @param target - What it should be, by signals that need no label; `null`: unknown.
 */
export function observeTrial(
  trial: AdapterTrial,
  confidence: BeforeAfter,
  target: number | null,
): AdapterTrial {
  const { before, after } = confidence;
  const add = (sum: BeforeAfter, one: BeforeAfter): BeforeAfter => ({
    before: sum.before + one.before,
    after: sum.after + one.after,
  });
  const aimed = target === null ? 0 : 1;
  const error =
    target === null
      ? { before: 0, after: 0 }
      : { before: Math.abs(before - target), after: Math.abs(after - target) };
  return {
    left: Math.max(0, trial.left - 1),
    asked: trial.asked + 1,
    aimed: trial.aimed + aimed,
    confidence: add(trial.confidence, confidence),
    error: add(trial.error, error),
  };
}

/** Means of what a trial has shown; `null` where there is nothing to take one of. */
export function trialMeans({ asked, aimed, confidence, error }: AdapterTrial): {
  readonly meanConfidence: BeforeAfter | null;
  readonly heldOutError: BeforeAfter | null;
} {
  const mean = (sum: BeforeAfter, count: number): BeforeAfter | null =>
    count === 0 ? null : { before: sum.before / count, after: sum.after / count };
  return { meanConfidence: mean(confidence, asked), heldOutError: mean(error, aimed) };
}
