import type { DeadLetter } from '../events/dead-letter.ts';
import type { IncomingRecord } from '../ports/broker.ts';

/** Most bytes of an input record that its dead letter holds: brokers take records of about 1 MiB. */
export const DEAD_LETTER_BYTES = 512 * 1024;

/**
 * The letter for a record that cannot be used. A huge record is cut, or its letter could not be written, and one
 * record would end the stream.
 *
 * @param failure - Why; holds no text of the record.
 */
export function deadLetterOf(
  record: IncomingRecord,
  failure: { readonly code: string; readonly reason: string },
  nowMs: number,
): DeadLetter {
  const { value } = record;
  const cut = value !== null && value.length > DEAD_LETTER_BYTES;
  return {
    sourceTopic: record.topic,
    sourcePartition: record.partition,
    sourceOffset: Number(record.offset),
    code: failure.code,
    reason: cut
      ? `${failure.reason} (the first ${DEAD_LETTER_BYTES} of ${value.length} bytes are kept)`
      : failure.reason,
    key: record.key,
    value: cut ? value.slice(0, DEAD_LETTER_BYTES) : value,
    failedAtMs: nowMs,
  };
}
