import { seededRandom } from '../random/seeded-random.ts';
import type { RememberedSample } from './learning-state.ts';

/**
 * Adds samples to a bounded memory, which stays a uniform draw of all that were offered (reservoir sampling,
 * Vitter 1985, algorithm R), except that no key has more than `maxPerKey`: a flood under one key must not
 * steer what is replayed.
 *
 * @param offered - Samples offered before these.
 */
export function rememberSamples(
  memory: readonly RememberedSample[],
  samples: readonly RememberedSample[],
  offered: number,
  options: { readonly size: number; readonly maxPerKey: number; readonly seed: number },
): RememberedSample[] {
  const slots = [...memory];
  samples.forEach((sample, i) => {
    const count = offered + i;
    const random = seededRandom(options.seed).fork(`memory ${count}`);
    const slot = slots.length < options.size ? slots.length : random.integer(count + 1);
    if (slot >= options.size) return;
    const ofKey = slots.filter(({ key }) => key === sample.key).length;
    const replaced = slots[slot]?.key === sample.key ? 1 : 0;
    if (ofKey - replaced < options.maxPerKey) slots[slot] = sample;
  });
  return slots;
}
