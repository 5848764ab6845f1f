/** Milliseconds from the epoch to the last instant that a `Date` holds, either way. */
const FARTHEST_MS = 8.64e15;

/** An instant as ISO 8601 in UTC; `null` for a number that is none, as records of others may hold. */
export function isoInstant(ms: number): string | null {
  return Math.abs(ms) <= FARTHEST_MS ? new Date(ms).toISOString() : null;
}

/** An instant for people, `2026-01-02 03:04:05 UTC`; a dash for a number that is none. */
export function instantText(ms: number): string {
  const iso = isoInstant(ms);
  return iso === null ? '–' : `${iso.replace(/\.\d+Z$/, '').replace('T', ' ')} UTC`;
}
