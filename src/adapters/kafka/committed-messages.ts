import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/broker/index.js';
import type { IncomingRecord, RecordHeaders } from '../../ports/broker.ts';
import type { TopicPartition } from '../../broker/assign-partitions.ts';

/** Key of the marker that ends an aborted transaction: version 0, type 0. */
const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/**
 * The committed records of what was fetched: those of aborted transactions and the markers of all are left
 * out. A transaction of a producer is aborted from the offset that the broker names to its next abort marker.
 *
 * Done here, since kafkajs takes any record whose key is four zero bytes for such a marker.
 *
 * @param from - Records below it, which the broker sends along with a batch, are left out.
 */
export function committedMessages(
  { topic, partition }: TopicPartition,
  { messages, abortedTransactions }: FetchedPartition,
  from: bigint,
): readonly IncomingRecord[] {
  const upcoming = [...abortedTransactions].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborted = new Set<bigint>();
  const records: IncomingRecord[] = [];
  for (const message of messages) {
    const { offset } = message;
    const { producerId, isTransactional, isControl } = message.batch;
    while (upcoming.length > 0 && upcoming[0]!.firstOffset <= offset) {
      aborted.add(upcoming.shift()!.producerId);
    }
    if (isControl) {
      if (message.key?.equals(ABORT_MARKER) === true) aborted.delete(producerId);
    } else if (offset >= from && !(isTransactional && aborted.has(producerId))) {
      records.push({
        topic,
        partition,
        offset,
        key: message.key,
        value: message.value,
        headers: headersOf(message),
        timestampMs: message.timestampMs,
      });
    }
  }
  return records;
}

/** Of several headers with one name, the last counts; one without a value is empty. */
function headersOf({ headers }: FetchedMessage): RecordHeaders {
  return Object.fromEntries(headers.map(([name, value]) => [name, value ?? new Uint8Array(0)]));
}
