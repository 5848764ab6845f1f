/** The zeros of the decimal digits that question sets are written in; their nine others follow each. */
const ZEROS = [
  ...[0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66],
  ...[0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xff10],
];

const DIGITS = new Map(
  ZEROS.flatMap((zero) =>
    Array.from({ length: 10 }, (_, value): [string, string] => [
      String.fromCharCode(zero + value),
      String(value),
    ]),
  ),
);

/**
 * Writes the decimal digits of other scripts (Arabic, Devanagari, Thai, full width and others) as 0 to 9,
 * and the Arabic decimal and thousands separators as `.` and `,`. Source: Unicode's `Nd` category.
 */
export function asciiDigits(text: string): string {
  return text
    .replace(/\p{Nd}/gu, (digit) => DIGITS.get(digit) ?? digit)
    .replace(/\u066b/g, '.')
    .replace(/\u066c/g, ',');
}
