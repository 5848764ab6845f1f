const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Superscript digits with their minus sign, as the source of a pattern. */
export const SUPERSCRIPT_NUMBER = `\u207b?[${SUPERSCRIPTS}]+`;

/** `⁸` → `^8`, `⁻⁴` → `^-4`. */
export function powerOf(superscript: string): string {
  const plain = [...superscript].map((sign) =>
    sign === '\u207b' ? '-' : SUPERSCRIPTS.indexOf(sign),
  );
  return `^${plain.join('')}`;
}
