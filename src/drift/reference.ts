/**
 * What the present segment has shown of one statistic. The newest values wait in `recent` before they count as
 * normal: else the first questions after a change would make the following ones look usual.
 *
 * @typeParam T - One value; plain JSON.
 */
export interface Reference<T> {
  /** Values that new ones are compared with, the oldest first. */
  readonly settled: readonly T[];
  /** Values that are to settle, the oldest first. */
  readonly recent: readonly T[];
}

/** Questions for which a value waits. */
export const REFERENCE_LAG = 16;
/** Most values that settle; then the oldest leaves. */
export const REFERENCE_SIZE = 128;

/** A segment of which nothing was seen. */
export const EMPTY_REFERENCE: Reference<never> = { settled: [], recent: [] };

/** Adds a value; the first `warmUp` of a segment settle at once. */
export function remember<T>(reference: Reference<T>, value: T, warmUp: number): Reference<T> {
  const { settled, recent } = reference;
  if (settled.length < Math.min(warmUp, REFERENCE_SIZE))
    return { settled: [...settled, value], recent };
  const waiting = [...recent, value];
  if (waiting.length <= REFERENCE_LAG) return { settled, recent: waiting };
  return {
    settled: [...settled, ...waiting.slice(0, -REFERENCE_LAG)].slice(-REFERENCE_SIZE),
    recent: waiting.slice(-REFERENCE_LAG),
  };
}

/** The reference of the segment that begins with its newest `kept` values. */
export function restartReference<T>(reference: Reference<T>, kept: number): Reference<T> {
  return { settled: kept === 0 ? [] : reference.recent.slice(-kept), recent: [] };
}
