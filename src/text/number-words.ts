const SMALL = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
  ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'],
  'nineteen',
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const SMALL_ORDINALS = [
  ...['zeroth', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'],
  ...['ninth', 'tenth', 'eleventh', 'twelfth', 'thirteenth', 'fourteenth', 'fifteenth'],
  ...['sixteenth', 'seventeenth', 'eighteenth', 'nineteenth'],
];
const TENS_ORDINALS = TENS.map((word) => word.replace(/y$/, 'ieth'));

const tens = (words: readonly string[]): [string, number][] =>
  words.map((word, i) => [word, (i + 2) * 10]);
const small = (words: readonly string[]): [string, number][] => words.map((word, i) => [word, i]);

const CARDINALS = new Map([...small(SMALL), ...tens(TENS)]);
const ORDINALS = new Map([...small(SMALL_ORDINALS), ...tens(TENS_ORDINALS)]);

/** Powers of ten of the words that multiply what stands before them. */
export const SCALES: ReadonlyMap<string, number> = new Map([
  ['hundred', 2],
  ['thousand', 3],
  ['million', 6],
  ['billion', 9],
  ['trillion', 12],
]);

/** A number found in words. */
export interface NumberWords {
  /** Digits, with `st`, `nd`, `rd` or `th` where the words were an ordinal. */
  readonly text: string;
  /** How many words it took. */
  readonly length: number;
}

/** `1` → `1st`, `12` → `12th`. */
export function ordinal(value: number): string {
  const lastTwo = value % 100;
  const suffix =
    lastTwo > 10 && lastTwo < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${suffix}`;
}

/** Whether `value` may follow within a group below a hundred: "twenty one", not "one twenty". */
function fits(group: number, value: number, empty: boolean): boolean {
  if (empty) return true;
  const rest = group % 100;
  if (value === 0) return false;
  return rest === 0 ? group > 0 : rest >= 20 && rest % 10 === 0 && value < 10;
}

/**
 * Reads the English number that starts at a word: cardinals below a thousand trillion ("one hundred and
 * five", "two million"), ordinals below a hundred in their last part ("twenty-first"), and years by pairs
 * ("nineteen eighty-four"). Words are lower case, hyphens already split.
 *
 * @returns The longest number from `start`, or `null`.
 */
export function readNumberWords(words: readonly string[], start: number): NumberWords | null {
  let total = 0;
  let group = 0;
  let empty = true;
  let lastScale = 15;
  let at = start;
  let afterScale = false;
  for (; at < words.length; at++) {
    const word = words[at] as string;
    const value = CARDINALS.get(word);
    if (value !== undefined && fits(group, value, empty || (afterScale && group === 0))) {
      group += value;
      empty = false;
      afterScale = false;
      continue;
    }
    const place = ORDINALS.get(word);
    if (place !== undefined && fits(group, place, empty || (afterScale && group === 0)))
      return { text: ordinal(total + group + place), length: at + 1 - start };
    const zeros = SCALES.get(word);
    if (zeros === 2 && group > 0 && group < 100) {
      group *= 100;
      afterScale = true;
      continue;
    }
    if (zeros !== undefined && zeros > 2 && group > 0 && zeros < lastScale) {
      total += group * 10 ** zeros;
      group = 0;
      lastScale = zeros;
      afterScale = true;
      continue;
    }
    const next = words[at + 1] ?? '';
    if (word === 'and' && afterScale && (CARDINALS.get(next) ?? ORDINALS.get(next) ?? 0) > 0)
      continue;
    break;
  }
  if (empty) return null;
  const century = at === start + 1 && group >= 10 && group <= 20 ? group : 0;
  if (century > 0) {
    const tail = CARDINALS.get(words[at] ?? '') ?? 0;
    const unit = tail >= 20 ? (CARDINALS.get(words[at + 1] ?? '') ?? 0) : 0;
    const paired = unit > 0 && unit < 10;
    if (tail >= 10)
      return {
        text: String(century * 100 + tail + (paired ? unit : 0)),
        length: at - start + (paired ? 2 : 1),
      };
  }
  return { text: String(total + group), length: at - start };
}
