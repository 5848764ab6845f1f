import type { AnswerStyle } from '../events/question.ts';
import { answerWords } from '../text/answer-words.ts';
import { extractReasoning } from '../text/extract-reasoning.ts';
import { matchShort } from './match-short.ts';
import { readQuantity, sameQuantity } from './quantity.ts';

/** A final answer's number: the whole text, or what is left when words around the number are set aside. */
function quantityOf(text: string): ReturnType<typeof readQuantity> {
  const whole = readQuantity(answerWords(text));
  if (whole !== null) return whole;
  const { extracted } = extractReasoning(`#### ${text}`);
  return extracted === null ? null : readQuantity(answerWords(extracted));
}

/**
 * Whether an extracted answer is one of the accepted ones, by the rules of `docs/matching.md`.
 *
 * - `short`: `matchShort`.
 * - `choice`: the labels are equal, case aside.
 * - `reasoning`: the numbers are equal (a unit may be missing on one side); where the accepted answer is no
 *   number, as `short`.
 *
 * @param extracted - What `extractAnswer` found; `null` is never right.
 * @param accepted - Accepted answers; labels for `choice`.
 */
export function matchAnswer(
  style: AnswerStyle,
  extracted: string | null,
  accepted: readonly string[],
): boolean {
  if (extracted === null) return false;
  if (style === 'choice') {
    const label = extracted.trim().toLowerCase();
    return accepted.some((option) => option.trim().toLowerCase() === label);
  }
  if (style === 'short') return matchShort(extracted, accepted);
  const quantity = quantityOf(extracted);
  return accepted.some((option) => {
    const wanted = readQuantity(answerWords(option));
    if (wanted === null) return matchShort(extracted, [option]);
    return quantity !== null && sameQuantity(quantity, wanted);
  });
}
