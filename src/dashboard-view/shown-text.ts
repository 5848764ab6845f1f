/** Control characters, lone surrogates, and marks that reorder or hide what stands around them. */
const UNSHOWABLE =
  /[^\P{Cc}\n]|\p{Cs}|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/gu;

/** A text from outside as the page may show it. */
export interface ShownText {
  /** At most as many letters as asked for; what is not shown is marked by `…`. */
  readonly text: string;
  /** UTF-16 code units of the whole text. */
  readonly length: number;
  /** Whether letters were left out at the end. */
  readonly cut: boolean;
}

/**
 * A text that nobody can vouch for, cut to `letters` code points, with a replacement character wherever one would
 * steer a terminal or a browser's text direction. Costs no more for a megabyte than for a line.
 *
 * @param letters - At least 1.
 */
export function shownText(text: string, letters: number): ShownText {
  // A code point has at most two units; one unit more may be half of the last one.
  const head = [...text.slice(0, 2 * letters + 1)].slice(0, letters).join('');
  const cut = head.length < text.length;
  const clean = head.replace(UNSHOWABLE, '\u{fffd}');
  return { text: cut ? `${clean}…` : clean, length: text.length, cut };
}

/** {@link shownText}'s text alone, on one line: in a terminal the next one would pass for ours. `null` stays. */
export function shownName<T extends string | null>(name: T, letters: number): T {
  return (name === null ? null : shownText(name, letters).text.replaceAll('\n', ' ')) as T;
}
