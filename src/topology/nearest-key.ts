/**
 * Damerau-Levenshtein distance (optimal string alignment): edits are insertion, deletion, replacement and
 * the swap of two neighbours. Case does not count.
 *
 * @remarks O(|a| · |b|).
 */
export function editDistance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}

/** Words longer than this are nobody's typing error. */
const MAX_LENGTH = 64;

/**
 * The known word that was probably meant: at most a third of its letters differ, two for short words.
 *
 * @returns `undefined` where none is near.
 */
export function nearestKey(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance < least && distance <= Math.max(2, Math.floor(candidate.length / 3))) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}
