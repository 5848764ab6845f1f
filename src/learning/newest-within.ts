const text = new TextEncoder();

/** Bytes that a value takes in committed state. */
export function stateBytes(value: unknown): number {
  return text.encode(JSON.stringify(value)).length;
}

/**
 * The newest of some items, at the end of them, that are at most `limit.count` and together take at most
 * `limit.bytes` in committed state.
 */
export function newestWithin<T>(
  items: readonly T[],
  limit: { readonly count: number; readonly bytes: number },
): T[] {
  let bytes = 0;
  let first = items.length;
  while (first > 0 && items.length - first < limit.count) {
    bytes += stateBytes(items[first - 1]);
    if (bytes > limit.bytes) break;
    first -= 1;
  }
  return items.slice(first);
}
