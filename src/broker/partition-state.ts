import { precondition } from '../errors/secl-error.ts';
import type { PartitionCommit } from '../ports/broker.ts';
import { checkSize, recordBytes } from './plan-records.ts';

const encoder = new TextEncoder();

/**
 * Checks state entries against the limit for records, since some brokers keep them as records.
 *
 * @throws SeclError `RECORD_TOO_LARGE`.
 */
export function checkStateSizes(state: PartitionCommit['state'], maxRecordBytes: number): void {
  for (const [key, value] of state) {
    precondition(key.length > 0, 'a state entry needs a key');
    const bytes = recordBytes({ key: encoder.encode(key), value });
    checkSize(`state entry ${key}`, bytes, maxRecordBytes);
  }
}

/** A copy that later changes do not reach. */
export function copyState(state: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...state].map(([key, value]) => [key, Uint8Array.from(value)]));
}
