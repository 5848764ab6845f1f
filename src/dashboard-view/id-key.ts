/** Ids up to this length are their own key. */
const PLAIN = 128;

/**
 * A short key for an id of any length, so that a megabyte id costs no megabyte: the id itself, or its beginning with
 * its length and a 53-bit hash (two rounds of FNV-1a).
 */
export function idKey(id: string): string {
  if (id.length <= PLAIN) return id;
  let low = 0x811c9dc5;
  let high = 0x9dc5811c;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + i), 0x01000193);
  }
  const hash = ((high >>> 11) * 2 ** 32 + (low >>> 0)).toString(36);
  // Letter by letter: a slice would keep the whole id in memory.
  const head = [...id.slice(0, PLAIN)].join('');
  return `${head}\u{0}${id.length}\u{0}${hash}`;
}
