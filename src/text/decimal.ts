/**
 * Digits in groups, as the source of a pattern: of a thousand, or as India writes lakhs and crores ("1,00,000").
 * The second kind ends after some groups, or a list of two digits each would be read again from every item.
 */
export const GROUPED_DIGITS = String.raw`(?:\d{1,3}(?:[,'\u2019\u2009\u202f\u00a0]\d{3})+|\d{1,2}(?:,\d{2}){1,6},\d{3})(?!\d)`;

/** A number in digits as {@link canonicalDecimal} writes it. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Whether a word is a number in plain digits. */
export function isDecimal(word: string): boolean {
  return DECIMAL.test(word);
}

/**
 * The one spelling of a decimal number: no thousands separators, no sign `+`, no zeros at the end of a
 * fraction, a digit before the point. Zeros at the front of a whole number stay: 007 is not 7.
 *
 * @param digits - Digits with an optional sign, {@link GROUPED_DIGITS} and a decimal point.
 */
export function canonicalDecimal(digits: string): string {
  const plain = digits.replace(/[,'\u2019\s]/g, '').replace(/^\+/, '');
  const [whole = '', fraction = ''] = plain.replace(/^-/, '').split('.');
  const kept = fraction.replace(/0+$/, '');
  const number = `${whole === '' ? '0' : whole}${kept === '' ? '' : `.${kept}`}`;
  return plain.startsWith('-') && /[1-9]/.test(number) ? `-${number}` : number;
}

/**
 * Multiplies a decimal number by a power of ten, exactly.
 *
 * @param decimal - As {@link canonicalDecimal} writes it.
 * @param power - A small integer; below 0 it divides.
 */
export function shiftDecimal(decimal: string, power: number): string {
  const sign = decimal.startsWith('-') ? '-' : '';
  const [whole = '0', fraction = ''] = decimal.replace(/^-/, '').split('.');
  const padded = whole.padStart(1 - power, '0') + fraction.padEnd(power, '0');
  const point = Math.max(whole.length, 1 - power) + power;
  const shifted = padded.slice(0, point).replace(/^0+(?=\d)/, '');
  return canonicalDecimal(`${sign}${shifted}.${padded.slice(point)}`);
}

/** Whether a fraction in digits is below one, as in "2 1/2"; "5 10/2" is two numbers. */
export function isProperFraction(fraction: string): boolean {
  const [, top, bottom] = /^(\d{1,9})\/(\d{1,9})$/.exec(fraction) ?? [];
  return top !== undefined && Number(top) > 0 && Number(top) < Number(bottom);
}
