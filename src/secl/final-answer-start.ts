import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { locateFinalAnswer } from './locate-final-answer.ts';

/**
 * Index of the first token of a reasoned answer's final answer: where rivals to it may branch off.
 *
 * @param ids - The answer's tokens, shape `[T]`.
 * @param extracted - The final answer as it was extracted.
 * @returns An index in `[0, T)`, of the token that holds the final answer's first character; `null` if the
 *   tokens do not hold it.
 */
export function finalAnswerStart(
  ids: TokenIds,
  extracted: string,
  tokenizer: Tokenizer,
): number | null {
  const at = locateFinalAnswer(tokenizer.decode(ids), extracted);
  if (at === null) return null;
  // The longest run of tokens that decodes to no more than what stands before the final answer.
  let low = 0;
  let high = ids.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tokenizer.decode(ids.slice(0, middle)).length <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
