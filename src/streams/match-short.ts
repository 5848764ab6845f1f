import { answerWords, type AnswerWord } from '../text/answer-words.ts';
import { dayOfMonth, isYear, monthOf } from '../text/calendar-words.ts';
import { isDecimal } from '../text/decimal.ts';
import * as cues from './answer-cues.ts';
import { readQuantity, sameQuantity } from './quantity.ts';

/** Longest answer, in words, within which an accepted answer is looked for. */
export const MAX_VERBOSE_WORDS = 20;

type Words = readonly AnswerWord[];

const textOf = (words: Words): string => words.map((word) => word.text).join(' ');

/** Whether two texts are the same answer, word for word or number for number. */
function same(answer: Words, accepted: Words): boolean {
  if (accepted.length === 0) return false;
  const [a, b] = [textOf(answer), textOf(accepted)];
  if (a === b) return true;
  const [p, q] = [readQuantity(answer), readQuantity(accepted)];
  if (p !== null && q !== null) return sameQuantity(p, q);
  // "J. K. Rowling" and "JK Rowling", "Kuala-Lumpur" and "Kualalumpur"; never digits, which would run together.
  const squashed = a.replaceAll(' ', '');
  return squashed.length >= 4 && !/\d/.test(squashed) && squashed === b.replaceAll(' ', '');
}

/** The words of the first sentence. */
function firstSentence(words: Words): Words {
  const end = words.findIndex((word, i) => i > 0 && word.gap === 'stop');
  return end < 0 ? words : words.slice(0, end);
}

/** Where the part of a sentence begins that answers: after its last copula, colon or equals sign before `at`. */
function answerStart(words: Words, at: number): number {
  for (let i = at; i > 0; i--) {
    const before = words[i - 1]?.text ?? '';
    if (words[i]?.gap === 'colon' || cues.COPULAS.has(before)) return i;
    if (before === 'to' && cues.EQUALS_TO.has(words[i - 2]?.text ?? '')) return i;
  }
  return 0;
}

/** A fraction or a power: "9 3/4" is not 9, nor is 3 × 10^8 3. */
const PART_OF_NUMBER = /^\d+[/^]-?\d+$/;

const isDateWord = (word: string): boolean => monthOf(word) !== undefined || isYear(word);

/** Whether the words before a span leave it the answer. */
function beforeAllows(words: Words, start: number, accepted: Words): boolean {
  const zone = answerStart(words, start);
  const denied = words.slice(0, start).findLastIndex((word) => cues.NEGATIONS.has(word.text));
  if (denied >= 0) {
    const between = words.slice(denied + 1, start + 1);
    if (!between.some((word) => word.gap === 'comma' || word.text === 'but')) return false;
  }
  if (start === zone) return true;
  const gap = words[start]?.gap;
  const previous = words[start - 1]?.text ?? '';
  if (gap === 'slash') return false;
  if (gap === 'bracket') return true;
  if (gap === 'comma') {
    let from = start - 1;
    while (from > zone && words[from]?.gap !== 'comma') from -= 1;
    const segment = words.slice(from, start).map((word) => word.text);
    const opener = segment[0] ?? '';
    return (
      segment.some((word) => cues.NEGATIONS.has(word)) ||
      (segment.length === 1 ? cues.DISCOURSE.has(opener) : cues.REMARKS.has(opener))
    );
  }
  const first = accepted[0]?.text ?? '';
  // A fuller date holds the accepted one: "14 December 1972" for "1972".
  if (isYear(first) && accepted.length === 1 && monthOf(previous) !== undefined) return true;
  if (monthOf(first) !== undefined && accepted.length > 1 && dayOfMonth(previous) !== undefined)
    return true;
  if (previous === 'of') return cues.OF_HEADS.has(words[start - 2]?.text ?? '');
  return previous === 'but' || cues.BEFORE.has(previous);
}

/** Whether the words after a span leave it the answer. */
function afterAllows(words: Words, start: number, end: number, accepted: Words): boolean {
  const next = words[end];
  if (next === undefined) return true;
  if (next.gap === 'slash') return false;
  const rest = words.slice(end);
  // What is said of a subject counts for it alone: "The capital of France is Lyon" does not answer "France".
  const copula = rest.findIndex((word) => cues.COPULAS.has(word.text));
  const firstComma = rest.findIndex((word) => word.gap === 'comma');
  const clause = firstComma < 0 ? rest : rest.slice(0, firstComma);
  if (clause.some((word) => cues.NEGATIONS.has(word.text))) return false;
  if (next.gap === 'none') {
    if (copula === 0) return start === answerStart(words, start);
    const numeric = accepted.length === 1 && isDecimal(accepted[0]?.text ?? '');
    const dated = accepted.length === 2 && monthOf(accepted[1]?.text ?? '') !== undefined;
    if (dated && isYear(next.text)) return true;
    if (numeric && !isDateWord(next.text) && !cues.JOINTS.has(next.text)) return true;
    return cues.AFTER.has(next.text);
  }
  if (next.gap !== 'comma') return true;
  // One remark after a comma ("Paris, France"); two are a list, unless they are plainly remarks.
  let segments = 0;
  for (const [i, word] of rest.entries()) {
    if (word.gap === 'comma') {
      if (word.article || cues.REMARKS.has(word.text) || cues.NEGATIONS.has(word.text)) return true;
      segments += 1;
    }
    if (i > 0 && cues.COPULAS.has(word.text)) return segments <= 1;
    if (cues.JOINTS.has(word.text)) return false;
  }
  return segments <= 1;
}

/** Whether a longer answer gives an accepted one as its answer. */
function gives(answer: Words, accepted: Words): boolean {
  if (accepted.length === 0 || answer.length > MAX_VERBOSE_WORDS) return false;
  const words = firstSentence(answer);
  const quantity = readQuantity(accepted);
  for (let start = 0; start + accepted.length <= words.length; start++) {
    if (!accepted.every((word, i) => words[start + i]?.text === word.text)) continue;
    const end = start + accepted.length;
    // A single letter is too little to be found among other words.
    const letter = accepted.length === 1 && /^\p{L}$/u.test(accepted[0]?.text ?? '');
    if (letter && (start !== answerStart(words, start) || end !== words.length)) continue;
    if (quantity !== null && isDecimal(quantity.digits)) {
      const zone = words.slice(answerStart(words, start));
      const others = zone.filter(
        (word, i) =>
          (isDecimal(word.text) || PART_OF_NUMBER.test(word.text)) &&
          word.text !== quantity.digits &&
          monthOf(zone[i + 1]?.text ?? '') === undefined,
      );
      if (others.length > 0) continue;
    }
    const clear = beforeAllows(words, start, accepted) && afterAllows(words, start, end, accepted);
    if (clear) return true;
  }
  return false;
}

/** Whether an answer is a list every item of which is accepted. */
function listsAccepted(answer: Words, accepted: readonly Words[]): boolean {
  const sentence = firstSentence(answer);
  const words = sentence.slice(answerStart(sentence, sentence.length - 1));
  const items: AnswerWord[][] = [[]];
  for (const word of words) {
    const splits = word.gap === 'comma' || word.gap === 'slash';
    if (splits && items.at(-1)?.length !== 0) items.push([]);
    if (cues.JOINTS.has(word.text)) {
      if (items.at(-1)?.length !== 0) items.push([]);
    } else items.at(-1)?.push(word);
  }
  const named = items.filter((item) => item.length > 0);
  return named.length > 1 && named.every((item) => accepted.some((option) => same(item, option)));
}

/**
 * Whether a short answer is right: it equals an accepted answer once both are normalised; or it is a sentence
 * of at most {@link MAX_VERBOSE_WORDS} words that gives one accepted answer as its answer; or it lists
 * accepted answers only. Denials, several candidates and longer names that hold an accepted one are wrong. The
 * rules, with what they miss, are in `docs/matching.md`.
 *
 * Source: exact match as in SQuAD and NQ-Open; containment is ours.
 *
 * @param answer - The extracted answer.
 * @param accepted - Answers that count as right; one that holds no letter or digit is passed over.
 */
export function matchShort(answer: string, accepted: readonly string[]): boolean {
  const words = answerWords(answer);
  if (words.length === 0) return false;
  const options = accepted.map(answerWords).filter((option) => option.length > 0);
  return (
    options.some((option) => same(words, option) || gives(words, option)) ||
    listsAccepted(words, options)
  );
}
