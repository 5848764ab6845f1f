import { seededRandom } from '../src/random/seeded-random.ts';

/** Work for an engine: read prompts side by side, then write tokens after each of them, greedily. */
export interface Workload {
  readonly name: string;
  /** Token ids, one list a prompt. */
  readonly prompts: readonly (readonly number[])[];
  /** Steps of decoding after the prompts were read; every step writes one token a prompt. May be 0. */
  readonly steps: number;
}

/** What one round of a {@link Workload} took, in seconds of the wall clock and of all cores together. */
export interface Round {
  readonly prefillSeconds: number;
  readonly prefillProcessorSeconds: number;
  readonly decodeSeconds: number;
  readonly decodeProcessorSeconds: number;
  /** The fastest single step of decoding; `null` if there was none. */
  readonly fastestStepSeconds: number | null;
}

/** Ids below it are control tokens and single letters in the vocabularies of the catalogue. */
const FIRST_ID = 300;
/** Below the vocabulary size of every model of the catalogue. */
const ID_RANGE = 20_000;

/**
 * The workloads every engine gets: the same ids for all of them. Ids are random, so no prompt shares a prefix
 * with another and nothing can be served from a cache.
 *
 * @param seed - Draws the ids.
 * @param round - Other ids in every round, so that nothing is served from the round before.
 */
export function workloads(seed: number, round: number): Workload[] {
  const random = seededRandom(seed).fork(`round ${round}`);
  const prompts = (count: number, length: number): number[][] =>
    Array.from({ length: count }, () =>
      Array.from({ length }, () => FIRST_ID + random.integer(ID_RANGE)),
    );
  return [
    { name: '1 prompt of 60 tokens', prompts: prompts(1, 60), steps: 16 },
    { name: '8 prompts of 60 tokens', prompts: prompts(8, 60), steps: 16 },
    { name: '1 prompt of 480 tokens', prompts: prompts(1, 480), steps: 0 },
  ];
}
