/** English month names in order, lower case. */
export const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
] as const;

const SHORT = new Map<string, string>([
  ...MONTHS.map((name): [string, string] => [name.slice(0, 3), name]),
  ['sept', 'september'],
]);

/** The month a word names, in full or by three letters; `undefined` for any other word. */
export function monthOf(word: string): string | undefined {
  return MONTHS.find((name) => name === word) ?? SHORT.get(word);
}

/** The day of a month that a word names (`12`, `12th`), or `undefined`. */
export function dayOfMonth(word: string): string | undefined {
  const digits = /^0?(\d{1,2})(?:st|nd|rd|th)?$/.exec(word)?.[1];
  return digits !== undefined && Number(digits) >= 1 && Number(digits) <= 31
    ? String(Number(digits))
    : undefined;
}

/** Whether a word is a year of three or four digits. */
export function isYear(word: string): boolean {
  return /^[1-9]\d{2,3}$/.test(word);
}
