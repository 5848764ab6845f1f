import type { SeededRandom } from '../random/seeded-random.ts';

/** Samples of each step that are to be replayed ones, where there are so many: a new one has its place in any case. */
export function replayedPerStep(samplesPerStep: number, share: number): number {
  return Math.min(samplesPerStep - 1, Math.round(samplesPerStep * share));
}

/**
 * Which samples each optimizer step descends: `share` of them drawn from the replayed ones, the rest new and at least
 * one, both without repeats within a step; over the steps every new sample comes up about equally often.
 *
 * @param fresh - Number of new samples, at least 1; they have the indices from 0.
 * @param replayed - Number of replayed samples; their indices follow.
 */
export function planSteps(
  fresh: number,
  replayed: number,
  options: { readonly steps: number; readonly samplesPerStep: number; readonly share: number },
  random: SeededRandom,
): number[][] {
  const { steps, samplesPerStep, share } = options;
  const wantedOld = replayed === 0 ? 0 : replayedPerStep(samplesPerStep, share);
  const newPerStep = Math.min(fresh, samplesPerStep - wantedOld);
  const oldPerStep = Math.min(replayed, wantedOld);
  const dealNew = dealer(fresh, 0, random);
  const dealOld = dealer(replayed, fresh, random);
  return Array.from({ length: steps }, () => [...dealNew(newPerStep), ...dealOld(oldPerStep)]);
}

/** Deals indices from shuffled decks, one deck after the other, never one twice in a hand. */
function dealer(count: number, first: number, random: SeededRandom): (hand: number) => number[] {
  const indices = Array.from({ length: count }, (_, i) => first + i);
  let deck: number[] = [];
  return (hand) => {
    const dealt: number[] = [];
    while (dealt.length < hand) {
      if (deck.length === 0) deck = random.shuffle(indices);
      const at = deck.findIndex((index) => !dealt.includes(index));
      // All that is left is in the hand already: a new deck goes below it.
      if (at === -1) deck = [...deck, ...random.shuffle(indices)];
      else dealt.push(...deck.splice(at, 1));
    }
    return dealt;
  };
}
