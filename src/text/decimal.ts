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
 * @param digits - Digits with an optional sign, `,`, `'` or thin-space groups and a decimal point.
 */
export function canonicalDecimal(digits: string): string {
  const plain = digits.replace(/[,'\s]/g, '').replace(/^\+/, '');
  const [whole = '', fraction = ''] = plain.replace(/^-/, '').split('.');
  const kept = fraction.replace(/0+$/, '');
  const number = `${whole === '' ? '0' : whole}${kept === '' ? '' : `.${kept}`}`;
  return plain.startsWith('-') && /[1-9]/.test(number) ? `-${number}` : number;
}

/**
 * Multiplies a decimal number by a power of ten, exactly.
 *
 * @param decimal - As {@link canonicalDecimal} writes it.
 * @param zeros - The power, at least 0.
 */
export function shiftDecimal(decimal: string, zeros: number): string {
  const sign = decimal.startsWith('-') ? '-' : '';
  const [whole = '0', fraction = ''] = decimal.replace(/^-/, '').split('.');
  const padded = fraction.padEnd(zeros, '0');
  const shifted = `${whole}${padded.slice(0, zeros)}`.replace(/^0+(?=\d)/, '');
  return canonicalDecimal(`${sign}${shifted}.${padded.slice(zeros)}`);
}
