import type { Distractor } from '../events/answer.ts';

/**
 * What a burst has shown of P(True): does that of the model's own answer exceed that of its own distractors?
 * Needs no labels, and finds where P(True) is worse than chance.
 */
export interface TruthProbe {
  /** Distractors that were beaten, a tie counting half. */
  readonly wins: number;
  /** Distractors compared with. */
  readonly trials: number;
}

/** Before anything was compared. */
export const EMPTY_PROBE: TruthProbe = { wins: 0, trials: 0 };

/** Adds one answer's comparisons; a missing P(True) is no comparison. */
export function observeTruth(
  probe: TruthProbe,
  pTrue: number | null,
  distractors: readonly Pick<Distractor, 'pTrue'>[],
): TruthProbe {
  if (pTrue === null) return probe;
  let { wins, trials } = probe;
  for (const rival of distractors) {
    if (rival.pTrue === null) continue;
    trials += 1;
    wins += pTrue > rival.pTrue ? 1 : pTrue === rival.pTrue ? 0.5 : 0;
  }
  return { wins, trials };
}

/**
 * The weight that P(True) and NormPTrue deserve in a target: twice the share of distractors beaten, at most 1. Chance
 * is enough for the full weight, since beating one's own best alternatives is hard; losing to all of them gives
 * none. The share is smoothed by one win in two (Laplace).
 *
 * @returns In `(0, 1]`. Source: ours.
 */
export function probeWeight({ wins, trials }: TruthProbe): number {
  return Math.min(1, (2 * (wins + 1)) / (trials + 2));
}
