import type { DeadLetter } from '../events/dead-letter.ts';
import type { IncomingRecord } from '../ports/broker.ts';

/** Most bytes of an input record that its dead letter holds: brokers take records of about 1 MiB. */
export const DEAD_LETTER_BYTES = 512 * 1024;

/** Most bytes of its key; the key stands in the letter and is the letter's own. */
export const DEAD_LETTER_KEY_BYTES = 64 * 1024;

/** Most characters of a reason, which may name what a record calls itself. */
const REASON_CHARS = 2000;

/**
 * The letter for a record that cannot be used. A huge record or key is cut, or its letter could not be written, and
 * one record would end the stream.
 *
 * @param failure - Why; holds no text of the record.
 */
export function deadLetterOf(
  record: IncomingRecord,
  failure: { readonly code: string; readonly reason: string },
  nowMs: number,
): DeadLetter {
  const { key, value } = record;
  const reason =
    failure.reason.length <= REASON_CHARS
      ? failure.reason
      : `${failure.reason.slice(0, REASON_CHARS)}…`;
  const kept = [
    ...cutOf('', value, DEAD_LETTER_BYTES),
    ...cutOf(' of the key', key, DEAD_LETTER_KEY_BYTES),
  ];
  return {
    sourceTopic: record.topic,
    sourcePartition: record.partition,
    sourceOffset: Number(record.offset),
    code: failure.code,
    reason: kept.length === 0 ? reason : `${reason} (${kept.join(', ')} are kept)`,
    key: key?.slice(0, DEAD_LETTER_KEY_BYTES) ?? null,
    value: value?.slice(0, DEAD_LETTER_BYTES) ?? null,
    failedAtMs: nowMs,
  };
}

/** What is said of bytes that are too many. */
function cutOf(what: string, bytes: Uint8Array | null, most: number): readonly string[] {
  return bytes === null || bytes.length <= most
    ? []
    : [`the first ${most} of ${bytes.length} bytes${what}`];
}
