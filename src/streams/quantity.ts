import type { AnswerWord } from '../text/answer-words.ts';
import { isDecimal } from '../text/decimal.ts';
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

/** Reads words that are nothing but a number, or a fraction, and perhaps one unit. */
export function readQuantity(words: readonly AnswerWord[]): Quantity | null {
  const digits = words[0]?.text ?? '';
  const [top = '', bottom] = digits.split('/');
  if (!isDecimal(top) || (bottom !== undefined && !isDecimal(bottom))) return null;
  const unit = words[1] === undefined ? null : (unitOf(words[1].text) ?? null);
  if (words.length > 2 || (words.length === 2 && unit === null)) return null;
  return { value: Number(top) / (bottom === undefined ? 1 : Number(bottom)), digits, unit };
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
