import { canonicalDecimal } from './decimal.ts';
import type { ExtractedAnswer } from './extracted-answer.ts';
import { extractShort } from './extract-short.ts';

const NUMBER =
  /(?<![\p{L}\p{N}.])-?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:\s*\/\s*\d+(?![\d,]))?/gu;

/** Numbers of a text in canonical spelling, in order; a fraction stays one. */
function numbersIn(text: string): string[] {
  const plain = text
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\{,\}/g, ',')
    .replace(/\\[dt]?frac\s*\{([^{}]+)\}\s*\{([^{}]+)\}/g, '$1/$2')
    // "-$5", "$-5" and "- 5" after an equals sign are negative; "10-5" is not.
    .replace(/-\s*\\?[$€£]\s*(?=\d)/g, '-')
    .replace(/(?<=[\d)\p{L}])\s*-\s*(?=\d)/gu, ' − ');
  return [...plain.matchAll(NUMBER)].map((match) =>
    match[0]
      .split('/')
      .map((part) => canonicalDecimal(part.trim()))
      .join('/'),
  );
}

/** What follows the last statement of a final answer, up to the end of its line. */
function statedAnswer(text: string): string | null {
  const hashes = [...text.matchAll(/#{4}\s*([^\n#]+)/g)].at(-1)?.[1];
  if (hashes !== undefined) return hashes;
  const boxed = [...text.matchAll(/\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g)].at(-1)?.[1];
  if (boxed !== undefined) return boxed;
  const said = [
    ...text.matchAll(
      /\b(?:final\s+|correct\s+)?answer(?:\s+to\s+[^.:\n]{1,80}?)?(?:\s+is\b|\s*[:=])[\s*_:]*([^\n]+)/gi,
    ),
  ].at(-1)?.[1];
  return said ?? null;
}

/** Takes off LaTeX and Markdown around a stated answer. */
function withoutMarkup(text: string): string {
  return text
    .replace(/\\(?:text|mathrm|mathbf)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\[()[\],!;]|\*\*|__/g, ' ')
    .trim();
}

/**
 * The final answer of a reasoning: what follows the last `####`, else the last `\boxed{…}`, else the last "the
 * answer is" or "answer:", else the last number. Of a stated answer the number counts, after its last equals
 * sign; without a number, its first sentence. "5 or 6" is ambiguous.
 */
export function extractReasoning(text: string): ExtractedAnswer {
  const stated = statedAnswer(text);
  if (stated === null) return { extracted: numbersIn(text).at(-1) ?? null, ambiguous: false };
  const plain = withoutMarkup(stated);
  // A sentence that follows is an explanation, and its numbers are not the answer.
  const sentence = /^[\s\S]*?(?=[.!?]\s+\p{L})/u.exec(plain)?.[0] ?? plain;
  const result = sentence.split(/[=≈]/).at(-1) ?? sentence;
  const numbers = numbersIn(result);
  const alternatives = /\d\S*\s+(?:or|and|to)\s+\D{0,3}\d/.test(result);
  if (numbers[0] !== undefined) {
    const several = alternatives && new Set(numbers).size > 1;
    return several
      ? { extracted: null, ambiguous: true }
      : { extracted: numbers[0], ambiguous: false };
  }
  return { extracted: extractShort(sentence), ambiguous: false };
}
