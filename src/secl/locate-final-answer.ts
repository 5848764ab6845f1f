import { canonicalDecimal, GROUPED_DIGITS } from '../text/decimal.ts';
import { extractAnswer } from '../text/extract-answer.ts';
import { SUPERSCRIPT_NUMBER } from '../text/superscripts.ts';

/** What follows a ten that is raised to a power. */
const POWER = String.raw`(?:\^\{?-?\d{1,2}|${SUPERSCRIPT_NUMBER})`;
/** A number in digits, or a fraction of two, perhaps with the whole number before it; with its power of ten, if any. */
const NUMBER = new RegExp(
  [
    String.raw`(?:${GROUPED_DIGITS}|\d+)(?:\.\d+)?`,
    String.raw`(?:\s*\/\s*\d+|[ \u00a0\u2009\u202f]\d+\/\d+`,
    String.raw`|\s?(?:\\times|\\cdot|[×*xX])\s?10${POWER}|(?<=(?<![\d.,])10)${POWER})?`,
  ].join(''),
  'g',
);
/** A minus sign right before a number, with a currency between the two. */
const MINUS = /[-\u2212\u2013]\s*(?:\\?[$€£]\s*)?$/;
/** Mentions looked at, from the end; a bound, since each is read in its context. */
const MENTIONS = 32;

/** The one spelling of a matched number, as extraction has it. */
function canonical(number: string): string {
  const [, whole, part] = /^(\d+)\s(\d+\/\d+)$/.exec(number) ?? [];
  if (whole !== undefined) return `${whole} ${part}`;
  return number
    .split('/')
    .map((side) => canonicalDecimal(side.trim()))
    .join('/');
}

/** Where a text spells a number, however it is written. */
function numberMentions(text: string, number: string): number[] {
  const negative = number.startsWith('-');
  const digits = negative ? number.slice(1) : number;
  return [...text.matchAll(NUMBER)]
    .filter((match) => canonical(match[0]) === digits)
    .map((match) => (negative ? (MINUS.exec(text.slice(0, match.index)) ?? match) : match).index);
}

/** Where a text holds words, not as part of longer ones. */
function wordMentions(text: string, words: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + words.length] ?? ' '}`;
    if (!/[\p{L}\p{N}]/u.test(around)) starts.push(at);
  }
  return starts;
}

/**
 * Where a reasoned answer states its final answer: the last mention whose text before it does not give that
 * answer yet. "5 · 2 = 10. The answer is 10. 10 is even." states it at the second 10.
 *
 * @param text - The reasoning.
 * @param extracted - Its final answer as it was extracted; may be normalised ("1,200" to "1200").
 * @returns An index into `text`; where the answer is spelled in another way, that of the last number; `null`
 *   without one.
 */
export function locateFinalAnswer(text: string, extracted: string): number | null {
  if (extracted === '') return null;
  const isNumber = /^-?\d/.test(extracted);
  const mentions = isNumber ? numberMentions(text, extracted) : wordMentions(text, extracted);
  const newest = mentions.slice(-MENTIONS);
  const stated = newest.findLast(
    (start) => extractAnswer('reasoning', text.slice(0, start), []).extracted !== extracted,
  );
  return stated ?? newest[0] ?? [...text.matchAll(NUMBER)].at(-1)?.index ?? null;
}
