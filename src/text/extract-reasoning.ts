import { asciiDigits } from './ascii-digits.ts';
import { canonicalDecimal, GROUPED_DIGITS, isProperFraction, shiftDecimal } from './decimal.ts';
import type { ExtractedAnswer } from './extracted-answer.ts';
import { extractShort } from './extract-short.ts';
import { SCALES } from './number-words.ts';
import { powerOf, SUPERSCRIPT_NUMBER } from './superscripts.ts';

/** A letter that a number cannot follow at once; scripts without spaces have no such letters. */
const LETTER = String.raw`(?![\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}])\p{L}`;

/**
 * A number, and what multiplies it: "1.5 million", "1.5e6", "3 × 10^8"; or ten to a power, alone. A fraction
 * stays one, with the whole number before it.
 */
const NUMBER = new RegExp(
  [
    String.raw`(?<!${LETTER}|[\p{N}.])-?(?:${GROUPED_DIGITS}|\d+)(?:\.\d+)?`,
    String.raw`(?:\s?\/\s?\d+(?![\d,])|(?<!\.\d*)[ \u00a0\u2009\u202f](?<part>\d+\/\d+)(?![\d,/])`,
    String.raw`|\s(?<scale>${[...SCALES.keys()].join('|')})(?![\p{L}\p{N}])`,
    String.raw`|e\+?(?<exponent>-?\d{1,2})(?![\p{L}\p{N}])`,
    String.raw`|\s?(?:\\times|\\cdot|[×*x])\s?10\^\{?(?<power>-?\d{1,2})(?!\d)`,
    String.raw`|(?<=(?<![\d.,])10)\^\{?(?<ten>-?\d{1,2})(?!\d))?`,
  ].join(''),
  'giu',
);

const TEN_TO_SUPERSCRIPT = new RegExp(`(?<=10)${SUPERSCRIPT_NUMBER}`, 'g');

/** Times, ratios and dates in digits: no single number. */
const SEVERAL_PARTS = /\d:\d|(?<!\d)\d{1,4}([/.-])\d{1,2}\1\d{1,4}(?!\d)/;

/** The minus sign of a difference; of "1.5e-3" it is the exponent's. */
const TAKEN_AWAY = new RegExp(String.raw`(?<=[\d)]|${LETTER})(?<!\de)\s*-\s*(?=\d)`, 'giu');

/** Numbers of a text in canonical spelling, in order; a fraction stays one. */
function numbersIn(text: string): string[] {
  const plain = asciiDigits(text)
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\{,\}/g, ',')
    .replace(TEN_TO_SUPERSCRIPT, powerOf)
    // 2½ and 2\frac{1}{2} are not 21/2.
    .replace(/(?<=\d)(?=\\[dt]?frac|[\u00bc-\u00be\u2150-\u215e])/g, ' ')
    .replace(/[\u00bc-\u00be\u2150-\u215e]/g, (sign) =>
      sign.normalize('NFKC').replace('\u2044', '/'),
    )
    .replace(/\\[dt]?frac\s*\{([^{}]+)\}\s*\{([^{}]+)\}/g, '$1/$2')
    // "-$5", "$-5" and "- 5" after an equals sign are negative; "10-5" is not.
    .replace(/-\s*\\?[$€£]\s*(?=\d)/g, '-')
    .replace(TAKEN_AWAY, ' − ');
  return [...plain.matchAll(NUMBER)].flatMap((match) => {
    const { part, scale, exponent, power, ten } = match.groups ?? {};
    if (ten !== undefined) return shiftDecimal(match[0].startsWith('-') ? '-1' : '1', Number(ten));
    const shift = SCALES.get(scale?.toLowerCase() ?? '') ?? Number(exponent ?? power ?? 0);
    const digits = /^-?[\d.,'\u2019\u00a0\u2009\u202f]+/.exec(match[0])?.[0] ?? '';
    if (shift !== 0) return shiftDecimal(canonicalDecimal(digits), shift);
    if (part !== undefined) {
      const whole = canonicalDecimal(match[0].slice(0, -part.length));
      return isProperFraction(part) ? `${whole} ${part}` : [whole, part];
    }
    return match[0]
      .split('/')
      .map((side) => canonicalDecimal(side.trim()))
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
