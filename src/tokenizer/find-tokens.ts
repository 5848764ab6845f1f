/** A stretch of text, or a token found whole in it. */
export type TextOrToken = string | number;

/**
 * Makes a function that finds whole tokens in texts, leftmost first, the longest of those that start
 * at one place.
 *
 * @param ids - Id by text.
 * @returns A function to the stretches and tokens of a text, in order, without empty stretches.
 */
export function tokenFinder(
  ids: ReadonlyMap<string, number>,
): (text: string) => readonly TextOrToken[] {
  if (ids.size === 0) return (text) => (text === '' ? [] : [text]);
  const longestFirst = [...ids.keys()].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const pattern = new RegExp(`(${escaped.join('|')})`, 'u');
  return (text) =>
    text.split(pattern).flatMap((piece, i): TextOrToken[] => {
      // `split` with one group gives stretch, token, stretch, …
      if (i % 2 === 1) return [ids.get(piece)!];
      return piece === '' ? [] : [piece];
    });
}
