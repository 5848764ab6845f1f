/** Columns a name may take; a heading then stays below 100. */
const NAME_WIDTH = 44;

/** Letters that take two columns, roughly: East Asian scripts and pictures. */
const WIDE = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{EPres}]/u;

/**
 * A name without control characters, which a terminal would obey, cut to so many columns.
 *
 * @param width - Columns. @defaultValue 44
 */
export function plainName(name: string, width = NAME_WIDTH): string {
  const printable = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  let columns = 0;
  let shown = '';
  for (const letter of printable) {
    columns += WIDE.test(letter) ? 2 : 1;
    if (columns > width) return `${shown}…`;
    shown += letter;
  }
  return shown;
}
