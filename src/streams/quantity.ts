import type { AnswerWord } from '../text/answer-words.ts';
import { isDecimal, isProperFraction, shiftDecimal } from '../text/decimal.ts';
import { unitOf } from '../text/units.ts';

/** A number with its unit, if any. */
export interface Quantity {
  readonly value: number;
  /** Canonical spelling of the number, for exact comparison. */
  readonly digits: string;
  readonly unit: string | null;
}

/** Two numbers closer than this, relatively, are the same; covers 1/3 against 0.3333333333 and no more. */
const TOLERANCE = 1e-9;

/** A number that one or two words write, and how many they are. */
interface NumberInWords {
  readonly value: number;
  readonly digits: string;
  readonly length: 1 | 2;
}

/** Reads "5", "1/2", "10^8", "2 1/2" and "3 × 10^-4", of which the cross is no word. */
function readNumber([first, second]: readonly AnswerWord[]): NumberInWords | null {
  const digits = first?.text ?? '';
  const next = second?.gap === 'none' ? second.text : '';
  const power = tenToPower(digits);
  if (power !== null) return decimal(shiftDecimal('1', power), 1);
  const [top = '', bottom] = digits.split('/');
  if (!isDecimal(top) || (bottom !== undefined && !isDecimal(bottom))) return null;
  if (bottom !== undefined) return { value: Number(top) / Number(bottom), digits, length: 1 };
  const times = tenToPower(next);
  if (times !== null) return decimal(shiftDecimal(digits, times), 2);
  if (!isProperFraction(next) || digits.includes('.')) return decimal(digits, 1);
  const [part = '', whole = ''] = next.split('/');
  const size = Math.abs(Number(digits)) + Number(part) / Number(whole);
  const value = digits.startsWith('-') ? -size : size;
  return { value, digits: `${digits} ${next}`, length: 2 };
}

const decimal = (digits: string, length: 1 | 2): NumberInWords => ({
  value: Number(digits),
  digits,
  length,
});

/** The power in `10^8`. */
function tenToPower(word: string): number | null {
  const power = /^10\^(-?\d{1,2})$/.exec(word)?.[1];
  return power === undefined ? null : Number(power);
}

/** Reads words that are nothing but a number, and perhaps one unit. */
export function readQuantity(words: readonly AnswerWord[]): Quantity | null {
  const number = readNumber(words);
  if (number === null) return null;
  const { value, digits, length } = number;
  const rest = words[length];
  const unit = rest === undefined ? null : (unitOf(rest.text) ?? null);
  if (words.length > length + 1 || (rest !== undefined && unit === null)) return null;
  return { value, digits, unit };
}

/** Whether two quantities are equal. A unit may be missing on one side; two units must agree. */
export function sameQuantity(a: Quantity, b: Quantity): boolean {
  if (a.unit !== null && b.unit !== null && a.unit !== b.unit) return false;
  if (a.digits === b.digits) return true;
  // 007 is a name and not the number 7.
  if (/^0\d/.test(a.digits) || /^0\d/.test(b.digits)) return false;
  if (!Number.isFinite(a.value) || !Number.isFinite(b.value)) return false;
  return Math.abs(a.value - b.value) <= TOLERANCE * Math.max(Math.abs(a.value), Math.abs(b.value));
}
