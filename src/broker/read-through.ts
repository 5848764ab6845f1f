import { SeclError } from '../errors/secl-error.ts';
import type { IncomingRecord } from '../ports/broker.ts';
import type { FetchedRecords } from './group-store.ts';

/** Records held at a time. */
const PAGE_RECORDS = 256;

/** What {@link readThrough} reads from. */
export interface PageSource {
  endOf(): Promise<bigint>;
  fetch(from: bigint, maxRecords: number): Promise<FetchedRecords>;
}

/**
 * Reads from an offset to the end that the partition had when reading began, page by page: memory does
 * not grow with the partition, and a writer that never rests does not keep a reader from finishing.
 *
 * @throws SeclError `OFFSET_OUT_OF_RANGE` if the next record is no longer kept, at the start or later;
 *   `CANCELLED` when the signal fires.
 */
export async function* readThrough(
  source: PageSource,
  from: bigint,
  signal?: AbortSignal,
): AsyncGenerator<IncomingRecord, void, undefined> {
  const assertWanted = (): void => {
    if (signal?.aborted !== true) return;
    throw new SeclError('CANCELLED', 'reading was cancelled', { cause: signal.reason });
  };
  const end = await source.endOf();
  let position = from;
  do {
    assertWanted();
    const { records, next } = await source.fetch(position, PAGE_RECORDS);
    for (const record of records) {
      if (record.offset >= end) return;
      assertWanted();
      yield record;
    }
    position = next;
  } while (position < end);
}
