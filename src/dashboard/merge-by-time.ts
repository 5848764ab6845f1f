import type { IncomingRecord } from '../ports/broker.ts';

/**
 * The records of several partitions as one sequence, each partition's in its order, the oldest of those that come next
 * first.
 *
 *     0  --1-----4--9--
 *     1  --2--3--5-----
 *     =  --1-2-3-4-5-9-
 *
 * @throws What a partition's reading throws, and after that nothing more is read of any.
 */
export async function* mergeByTime(
  partitions: readonly AsyncIterable<IncomingRecord>[],
): AsyncGenerator<IncomingRecord, void, undefined> {
  const readers = partitions.map((partition) => partition[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(readers.map((reader) => reader.next()));
    for (;;) {
      let oldest = -1;
      let oldestMs = Infinity;
      for (const [place, head] of heads.entries()) {
        if (head.done === true || head.value.timestampMs >= oldestMs) continue;
        oldest = place;
        oldestMs = head.value.timestampMs;
      }
      const head = heads[oldest];
      const reader = readers[oldest];
      if (head === undefined || head.done === true || reader === undefined) return;
      yield head.value;
      heads[oldest] = await reader.next();
    }
  } finally {
    await Promise.all(readers.map(async (reader) => reader.return?.()));
  }
}
