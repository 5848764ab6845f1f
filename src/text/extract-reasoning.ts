import { asciiDigits } from './ascii-digits.ts';
import { canonicalDecimal, shiftDecimal } from './decimal.ts';
import type { ExtractedAnswer } from './extracted-answer.ts';
import { extractShort } from './extract-short.ts';
import { SCALES } from './number-words.ts';

/** A number, and what multiplies it: "1.5 million", "1.5e6", "3 × 10^8". A fraction stays one. */
const NUMBER = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}.])-?(?:\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+(?!\d)|\d+)(?:\.\d+)?`,
    String.raw`(?:\s?\/\s?\d+(?![\d,])|\s(?<scale>${[...SCALES.keys()].join('|')})(?![\p{L}\p{N}])`,
    String.raw`|e\+?(?<exponent>\d{1,2})(?![\p{L}\p{N}])`,
    String.raw`|\s?(?:\\times|\\cdot|[×*])\s?10\^\{?(?<power>\d{1,2})(?!\d))?`,
  ].join(''),
  'giu',
);

/** Times, ratios and dates in digits: no single number. */
const SEVERAL_PARTS = /\d:\d|(?<!\d)\d{1,4}([/.-])\d{1,2}\1\d{1,4}(?!\d)/;

/** Numbers of a text in canonical spelling, in order; a fraction stays one. */
function numbersIn(text: string): string[] {
  const plain = asciiDigits(text)
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\{,\}/g, ',')
    .replace(/\\[dt]?frac\s*\{([^{}]+)\}\s*\{([^{}]+)\}/g, '$1/$2')
    // "-$5", "$-5" and "- 5" after an equals sign are negative; "10-5" is not.
    .replace(/-\s*\\?[$€£]\s*(?=\d)/g, '-')
    .replace(/(?<=[\d)\p{L}])\s*-\s*(?=\d)/gu, ' − ');
  return [...plain.matchAll(NUMBER)].map((match) => {
    const { scale, exponent, power } = match.groups ?? {};
    const zeros = SCALES.get(scale?.toLowerCase() ?? '') ?? Number(exponent ?? power ?? 0);
    const digits = /^-?[\d.,\u00a0\u2009\u202f]+/.exec(match[0])?.[0] ?? '';
    if (zeros > 0) return shiftDecimal(canonicalDecimal(digits), zeros);
    return match[0]
      .split('/')
      .map((part) => canonicalDecimal(part.trim()))
      .join('/');
  });
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
  return (
    text
      // "1\,000" and "1,\!000": LaTeX sets groups of a thousand so.
      .replace(/(?<=\d),?\\[,!;:](?=\d{3}(?!\d))/g, ',')
      .replace(/\\(?:text|mathrm|mathbf)\s*\{([^{}]*)\}/g, '$1')
      .replace(/\\[()[\],!;]|\*\*|__/g, ' ')
      .trim()
  );
}

/**
 * The final answer of a reasoning: what follows the last `####`, else the last `\boxed{…}`, else the last "the
 * answer is" or "answer:", else the last number. Of a stated answer the number counts, after its last equals
 * sign; without a number, or with a time or date, its first sentence. "5 or 6" is ambiguous.
 */
export function extractReasoning(text: string): ExtractedAnswer {
  const stated = statedAnswer(text);
  if (stated === null) return { extracted: numbersIn(text).at(-1) ?? null, ambiguous: false };
  const plain = withoutMarkup(stated);
  // A sentence that follows is an explanation, and its numbers are not the answer.
  const sentence = /^[\s\S]*?(?=[.!?]\s+\p{L})/u.exec(plain)?.[0] ?? plain;
  const result = sentence.split(/[=≈]/).at(-1) ?? sentence;
  const numbers = SEVERAL_PARTS.test(result) ? [] : numbersIn(result);
  const alternatives = /\d[^\s\d]*\s+(?:or|and|to)\s+\D{0,3}\d/.test(result);
  if (numbers[0] !== undefined) {
    const several = alternatives && new Set(numbers).size > 1;
    return several
      ? { extracted: null, ambiguous: true }
      : { extracted: numbers[0], ambiguous: false };
  }
  return { extracted: extractShort(sentence), ambiguous: false };
}
