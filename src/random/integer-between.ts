import type { SeededRandom } from './seeded-random.ts';

/** A whole number in `[low, high]`, both of them whole numbers, each as likely; one draw. */
export function integerBetween(random: SeededRandom, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}
