import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';

/**
 * Index of the first token of a reasoned answer's final answer: the last token after which the text
 * still lacks part of the final answer's last mention.
 *
 * @param ids - The answer's tokens, shape `[T]`.
 * @param extracted - The final answer as it was extracted; may be normalised ("1,200" to "1200").
 * @returns An index in `[0, T)`; the last line's first digit where `extracted` is not spelled so; 0 when
 *   nothing is found.
 */
export function finalAnswerStart(ids: TokenIds, extracted: string, tokenizer: Tokenizer): number {
  const text = tokenizer.decode(ids);
  let at = extracted === '' ? -1 : text.lastIndexOf(extracted);
  if (at < 0) {
    const digits = [...text.matchAll(/-?\d[\d,.]*/g)].at(-1);
    at = digits?.index ?? -1;
  }
  if (at <= 0) return 0;
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
