import { precondition } from '../errors/secl-error.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';

/** Token ids that spell True and False. */
export interface TrueFalseTokens {
  readonly trueIds: readonly number[];
  readonly falseIds: readonly number[];
}

/** P(True) with the masses it was made of. */
export interface PTrue {
  /** `trueMass / (trueMass + falseMass)`, in `[0, 1]`. */
  readonly pTrue: number;
  readonly trueMass: number;
  readonly falseMass: number;
  /** Mass on every other token; high where a prompt does not suit a model. */
  readonly outsideMass: number;
}

const SPELLINGS = (word: string): string[] =>
  [word, word.toLowerCase(), word.toUpperCase()].flatMap((form) => [form, ` ${form}`]);

/**
 * The single tokens that spell True and False: three cases, with and without a leading space.
 * Spellings that the vocabulary splits are left out (their first token means other words too).
 *
 * @throws SeclError `PRECONDITION` if the vocabulary has no token for one of the two.
 */
export function trueFalseTokens(tokenizer: Tokenizer): TrueFalseTokens {
  const single = (word: string): number[] => [
    ...new Set(
      SPELLINGS(word)
        .map((form) => tokenizer.encode(form))
        .filter((ids) => ids.length === 1)
        .map((ids) => ids[0] as number),
    ),
  ];
  const tokens = { trueIds: single('True'), falseIds: single('False') };
  precondition(
    tokens.trueIds.length > 0 && tokens.falseIds.length > 0,
    'the vocabulary has no single token for True or for False',
  );
  return tokens;
}

/**
 * P(True): the share of True among True and False, summed over their spellings.
 *
 * @param trueLogProbabilities - Natural log probabilities of the tokens that spell True.
 * @param falseLogProbabilities - The same for False.
 * @returns `null` if neither has any mass or a number is NaN: then there is no score, and none is made up.
 *   Source: Kadavath et al. 2022, arXiv 2207.05221; the sum over spellings is ours.
 */
export function pTrue(
  trueLogProbabilities: readonly number[],
  falseLogProbabilities: readonly number[],
): PTrue | null {
  const all = [...trueLogProbabilities, ...falseLogProbabilities];
  const highest = Math.max(...all);
  if (!Number.isFinite(highest)) return null;
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + Math.exp(value - highest), 0);
  const forTrue = sum(trueLogProbabilities);
  const forFalse = sum(falseLogProbabilities);
  const scale = Math.exp(highest);
  return {
    pTrue: forTrue / (forTrue + forFalse),
    trueMass: forTrue * scale,
    falseMass: forFalse * scale,
    // Rounding can lift the sum above 1 by an ulp or two.
    outsideMass: Math.max(0, 1 - (forTrue + forFalse) * scale),
  };
}
