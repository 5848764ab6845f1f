import { ABBREVIATED } from './abbreviations.ts';
import { dayOfMonth, isYear, monthOf } from './calendar-words.ts';
import { canonicalDecimal, GROUPED_DIGITS, isDecimal, shiftDecimal } from './decimal.ts';
import { foldCharacters } from './fold-characters.ts';
import { readNumberWords, SCALES } from './number-words.ts';
import { CURRENCY_SIGNS, unitOf } from './units.ts';

/**
 * What stands between a word and the one before it: nothing or a space or hyphen (`none`), a comma or a
 * spaced dash, a colon or equals sign, a slash, a bracket, or the end of a sentence or line (`stop`).
 */
export type Gap = 'none' | 'comma' | 'colon' | 'slash' | 'bracket' | 'stop';

/** A word of an answer in canonical spelling. */
export interface AnswerWord {
  /** Lower case, without accents and punctuation; numbers in digits. Never empty. */
  readonly text: string;
  readonly gap: Gap;
  /** Whether an article stood before it. */
  readonly article: boolean;
}

const ARTICLES = new Set(['a', 'an', 'the']);
const ABBREVIATIONS: Readonly<Record<string, string>> = { st: 'saint', mt: 'mount' };

const ABBREVIATION = new RegExp(
  // "Chanel No. 5", but not the answer "No. 1900 was none."
  String.raw`((?<![\p{L}\p{N}])(?:\p{L}|${ABBREVIATED})|(?<=\p{L} )no(?= ?\.\s*\d))\.(?=\s*[\p{L}\p{N}])`,
  'gu',
);

/** Digits up to which scale words multiply: "million" ten thousand times over is no number. */
const MAX_SCALED_DIGITS = 64;

const CURRENCIES = new Set(Object.values(CURRENCY_SIGNS));

const NUMBER = String.raw`(?:${GROUPED_DIGITS}|\d+)(?:\.\d+)?|\.\d+`;
const TOKEN = new RegExp(
  [
    String.raw`(?<iso>(?<![\p{L}\p{N}-])\d{4}-\d{2}-\d{2}(?![\p{L}\p{N}-]))`,
    String.raw`(?<money>(?:us)?[$€£¥₹]\s?(?:${NUMBER})(?![\p{L}\p{N}]))`,
    String.raw`(?<power>(?<![\p{L}\p{N}])(?:[\p{L}\p{N}]+)\^-?\d+(?![\p{L}\p{N}]))`,
    String.raw`(?<version>(?<![\p{L}\p{N}])\d+(?:\.\d+){2,}(?![\p{L}\p{N}]))`,
    String.raw`(?<fraction>(?<![\p{L}\p{N}/.])\d+/\d+(?![\p{L}\p{N}/]))`,
    String.raw`(?<number>(?<![\p{L}\p{N})\].])[-+](?=\.?\d)(?:${NUMBER})(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])(?:${NUMBER})(?![\p{L}\p{N}]))`,
    String.raw`(?<measure>(?<![\p{L}\p{N}])(?:${NUMBER})(?:km|kms|cm|mm|kg|kgs|mph|ft|lb|lbs|oz|hrs|min|mins)(?![\p{L}\p{N}]))`,
    String.raw`(?<word>[\p{L}\p{N}\p{M}]+(?:\+\+|#)?)`,
    String.raw`(?<degree>°\s?[cf](?![\p{L}\p{N}])|°)`,
    String.raw`(?<sign>[%&])`,
  ].join('|'),
  'gu',
);

/** What the characters between two words amount to. */
function gapOf(between: string): Gap {
  if (/[.!?;\n]/.test(between)) return 'stop';
  if (/[/|\\]/.test(between)) return 'slash';
  if (/[()[\]{}]/.test(between)) return 'bracket';
  if (/[:=]/.test(between)) return 'colon';
  return /,|\s-+\s/.test(between) ? 'comma' : 'none';
}

/** The words of one match of {@link TOKEN}. */
function wordsOf(groups: Readonly<Record<string, string | undefined>>): string[] {
  const { iso, money, number, measure, word, degree, sign } = groups;
  if (iso !== undefined) {
    const [year = '', month = '', day = ''] = iso.split('-');
    const name = MONTH_NUMBERS.get(month);
    return name === undefined ? [year, month, day] : [day, name, year];
  }
  if (money !== undefined) {
    const at = money.search(/[$€£¥₹]/);
    return [
      canonicalDecimal(money.slice(at + 1).trim()),
      CURRENCY_SIGNS[money.charAt(at)] ?? 'dollar',
    ];
  }
  if (number !== undefined) return [canonicalDecimal(number)];
  if (measure !== undefined) {
    const digits = measure.replace(/[a-z]+$/, '');
    return [canonicalDecimal(digits), measure.slice(digits.length)];
  }
  if (degree !== undefined) {
    const scale = degree.slice(1).trim();
    return [scale === '' ? 'degree' : scale === 'c' ? 'celsius' : 'fahrenheit'];
  }
  if (sign !== undefined) return [sign === '%' ? 'percent' : 'and'];
  return [groups['power'] ?? groups['version'] ?? groups['fraction'] ?? word ?? ''];
}

const MONTH_NUMBERS = new Map(
  Array.from({ length: 12 }, (_, i): [string, string] => [
    String(i + 1).padStart(2, '0'),
    monthOf(
      ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'][i] ?? '',
    ) ?? '',
  ]),
);

/** Cuts folded text into words, each with its gap. */
function cut(folded: string): AnswerWord[] {
  const joined = folded
    // U.S.A. and D.C are words; O'Neill and N'Djamena too.
    .replace(
      /(?<![\p{L}\p{N}])(?:(?:\p{L}\.)+\p{L}(?![\p{L}\p{N}])\.?|(?:\p{L}\.){2,})/gu,
      (letters) => letters.replaceAll('.', ''),
    )
    .replace(/(?<=[\p{L}\p{N}])'(?=\p{L})/gu, '')
    // The points of St. John's and of J. K. Rowling end no sentence.
    .replace(ABBREVIATION, '$1 ');
  const words: AnswerWord[] = [];
  let end = 0;
  for (const match of joined.matchAll(TOKEN)) {
    const gap = words.length === 0 ? 'none' : gapOf(joined.slice(end, match.index));
    wordsOf(match.groups ?? {}).forEach((text, i) => {
      words.push({ text, gap: i === 0 ? gap : 'none', article: false });
    });
    end = match.index + match[0].length;
  }
  return words;
}

/** Leaves out articles that a word follows; "a hundred" becomes "1 hundred". */
function withoutArticles(words: readonly AnswerWord[]): AnswerWord[] {
  const kept: AnswerWord[] = [];
  let gap: Gap | undefined;
  words.forEach((word, i) => {
    const next = words[i + 1];
    const scales = next !== undefined && SCALES.has(next.text);
    if (next !== undefined && ARTICLES.has(word.text) && !(word.text === 'a' && scales)) {
      gap ??= word.gap;
      return;
    }
    const text = word.text === 'a' && scales ? '1' : (ABBREVIATIONS[word.text] ?? word.text);
    kept.push({
      text: next === undefined ? word.text : text,
      gap: gap ?? word.gap,
      article: gap !== undefined,
    });
    gap = undefined;
  });
  return kept;
}

/** Writes numbers in digits and multiplies them by the scale words after them. */
function withNumbers(words: readonly AnswerWord[]): AnswerWord[] {
  const texts = words.map((word) => word.text);
  const digits: AnswerWord[] = [];
  for (let i = 0; i < words.length;) {
    const { text, gap, article } = words[i] as AnswerWord;
    const read = readNumberWords(texts, i);
    digits.push({ text: read?.text ?? text, gap, article });
    i += read?.length ?? 1;
  }
  const scaled: AnswerWord[] = [];
  for (const word of digits) {
    const before = scaled.at(-1);
    const zeros = SCALES.get(word.text);
    // "$1.5 million" has its unit in between.
    const at = before !== undefined && CURRENCIES.has(unitOf(before.text) ?? '') ? -2 : -1;
    const number = scaled.at(at);
    const small = number !== undefined && number.text.length <= MAX_SCALED_DIGITS;
    if (zeros !== undefined && small && isDecimal(number.text))
      scaled[scaled.length + at] = { ...number, text: shiftDecimal(number.text, zeros) };
    else scaled.push(word);
  }
  return scaled;
}

/** Writes dates as day, month, year, and units by their canonical names. */
function withDatesAndUnits(words: readonly AnswerWord[]): AnswerWord[] {
  const out: AnswerWord[] = [];
  const textAt = (i: number): string => words[i]?.text ?? '';
  for (let i = 0; i < words.length;) {
    const { text, gap, article } = words[i] as AnswerWord;
    const push = (taken: number, ...texts: readonly (string | undefined)[]): void => {
      texts
        .filter((part) => part !== undefined)
        .forEach((part, k) =>
          out.push({ text: part, gap: k === 0 ? gap : 'none', article: k === 0 && article }),
        );
      i += taken;
    };
    const year = (at: number): string | undefined => (isYear(textAt(at)) ? textAt(at) : undefined);
    const day = dayOfMonth(text);
    const of = textAt(i + 1) === 'of' ? 1 : 0;
    const dayMonth = day === undefined ? undefined : monthOf(textAt(i + 1 + of));
    const month = monthOf(text);
    // In "april 19 may" the day is May's.
    const monthDay =
      month === undefined || monthOf(textAt(i + 2)) !== undefined
        ? undefined
        : dayOfMonth(textAt(i + 1));
    if (dayMonth !== undefined) {
      const after = i + 2 + of;
      push(2 + of + (year(after) === undefined ? 0 : 1), day, dayMonth, year(after));
    } else if (month !== undefined && monthDay !== undefined) {
      push(2 + (year(i + 2) === undefined ? 0 : 1), monthDay, month, year(i + 2));
    } else if (month !== undefined && year(i + 1) !== undefined) {
      push(2, month, year(i + 1));
    } else {
      const before = out.at(-1)?.text ?? '';
      const unit = isDecimal(before) ? unitOf(text) : undefined;
      if (text === 'celsius' || text === 'fahrenheit')
        while (out.at(-1)?.text === 'degree') out.pop();
      push(1, unit ?? text);
    }
  }
  return out;
}

/**
 * Cuts an answer into words in canonical spelling: characters folded, punctuation gone (but remembered as
 * gaps), articles left out, numbers in digits, dates in one order, units by one name. The rules are in
 * `docs/matching.md`. Source: SQuAD's and NQ's normalisation (Rajpurkar et al. 2016; Lee et al. 2019), with
 * ours for numbers, dates, units, accents and initials.
 *
 * @returns Shape `[W]`; empty when the text holds no letter, digit or sign.
 */
export function answerWords(text: string): AnswerWord[] {
  return withDatesAndUnits(withNumbers(withoutArticles(cut(foldCharacters(text)))));
}

/** `answerWords` as one text with single spaces. Idempotent. */
export function normalizeAnswer(text: string): string {
  return answerWords(text)
    .map((word) => word.text)
    .join(' ');
}
