import type { FetchedMessage } from 'kafkajs/src/broker/index.js';
import { SeclError } from '../../errors/secl-error.ts';
import { uncompressRecords } from './uncompress-records.ts';

/** What a partition sent. */
export interface RecordBatches {
  /** Records and markers, in their order. */
  readonly messages: readonly FetchedMessage[];
  /** Offset behind the last whole batch, one without records too; `undefined`: it sent none. */
  readonly end: bigint | undefined;
}

/** Where the fields of a batch's header lie, in bytes from its beginning. */
const AT = {
  length: 8,
  format: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;
/** What stands before the length of a batch counts: its first offset and the length itself. */
const PREFIX_BYTES = 12;
/** The one since Kafka 0.11; 4.0 knows no other. */
const FORMAT = 2;
const COMPRESSION = 0x07;
const HAS_BROKERS_TIME = 0x08;
const IS_TRANSACTIONAL = 0x10;
const IS_CONTROL = 0x20;
/** What the tenth byte of a number counts. */
const MOST_SCALE = 128 ** 9;
const DAMAGED_HINT =
  'Look for damage in the log of the partition’s leader; to go on behind it, move the group’s offset by hand.';

/**
 * Reads record batches of format 2. The last one may be cut short, and is left out then.
 *
 * Not by kafkajs, which copies all of a record's headers for each of them, so that 10,000 of them, 69 kB, take it 21 s;
 * ends at a batch of some 100,000 records; and reads no compression but gzip.
 *
 * @param place - Topic and partition, for people.
 * @throws SeclError `RECORD_INVALID` for a batch that is damaged, of another format, or compressed in a way that cannot
 *   be read.
 * Source: Kafka's documentation, "Record Batch" and "Record".
 */
export function readRecordBatches(bytes: Buffer, place: string): RecordBatches {
  const messages: FetchedMessage[] = [];
  let end: bigint | undefined;
  for (let at = 0; at + AT.records <= bytes.length;) {
    const next = at + PREFIX_BYTES + bytes.readInt32BE(at + AT.length);
    if (next > bytes.length || next < at + AT.records) break;
    const batch = bytes.subarray(at, next);
    const first = batch.readBigInt64BE(0);
    const before = messages.length;
    try {
      readBatch(batch, first, messages);
    } catch (error) {
      messages.length = before;
      // What stands before it comes first.
      if (end !== undefined) break;
      const why = error instanceof Unreadable ? error.message : 'is damaged';
      throw new SeclError(
        'RECORD_INVALID',
        `the batch at offset ${String(first)} of ${place} ${why}`,
        {
          hint: error instanceof Unreadable ? error.hint : DAMAGED_HINT,
          cause: error,
        },
      );
    }
    end = first + BigInt(batch.readInt32BE(AT.lastOffsetDelta)) + 1n;
    at = next;
  }
  return { messages, end };
}

/** How a sentence on a batch goes on, and what to do. */
class Unreadable extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

function readBatch(batch: Buffer, first: bigint, messages: FetchedMessage[]): void {
  const format = batch.readInt8(AT.format);
  if (format !== FORMAT)
    throw new Unreadable(
      `is of format ${format}`,
      'It was written for Kafka 0.10 or older: copy the topic with a client of today.',
    );
  const attributes = batch.readInt16BE(AT.attributes);
  const uncompressed = uncompressRecords(attributes & COMPRESSION, batch.subarray(AT.records));
  if (!uncompressed.ok)
    throw new Unreadable(
      uncompressed.reason,
      'Have producers, and the topic (compression.type), use zstd, lz4, snappy or gzip. A batch that is damaged stays so: move the group’s offset by hand.',
    );
  const context: BatchContext = {
    first,
    timestampMs: Number(
      batch.readBigInt64BE(
        (attributes & HAS_BROKERS_TIME) === 0 ? AT.firstTimestamp : AT.maxTimestamp,
      ),
    ),
    hasOwnTimes: (attributes & HAS_BROKERS_TIME) === 0,
    batch: {
      producerId: batch.readBigInt64BE(AT.producerId),
      isTransactional: (attributes & IS_TRANSACTIONAL) !== 0,
      isControl: (attributes & IS_CONTROL) !== 0,
    },
  };
  const cursor = new RecordCursor(uncompressed.bytes);
  for (let left = batch.readInt32BE(AT.count); left > 0; left--)
    messages.push(cursor.readRecord(context));
}

/** What the records of a batch have in common. */
interface BatchContext {
  readonly first: bigint;
  /** Of the first record; of all, where the broker has dated them. */
  readonly timestampMs: number;
  readonly hasOwnTimes: boolean;
  readonly batch: FetchedMessage['batch'];
}

/** Reads records one after the other. @throws RangeError past the end. */
class RecordCursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  readRecord({ first, timestampMs, hasOwnTimes, batch }: BatchContext): FetchedMessage {
    const length = this.#readNumber();
    const end = this.#at + length;
    // Its attributes say nothing.
    this.#at += 1;
    const timestampDelta = this.#readNumber();
    const offset = first + BigInt(this.#readNumber());
    const key = this.#readBytes();
    const value = this.#readBytes();
    const headers: (readonly [string, Buffer | null])[] = [];
    for (let left = this.#readNumber(); left > 0; left--)
      headers.push([this.#readBytes()?.toString('utf8') ?? '', this.#readBytes()]);
    if (this.#at !== end) throw new RangeError('a record has another size than it says');
    return {
      ...{ offset, key, value, headers, batch },
      timestampMs: hasOwnTimes ? timestampMs + timestampDelta : timestampMs,
    };
  }

  /** Over the same memory; `null` for none. */
  #readBytes(): Buffer | null {
    const length = this.#readNumber();
    if (length < 0) return null;
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('a record ends early');
    return this.#bytes.subarray(from, this.#at);
  }

  /** A zigzag integer of up to ten bytes; beyond 53 bits it is rounded. */
  #readNumber(): number {
    let zigzag = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || scale > MOST_SCALE) throw new RangeError('a number has no end');
      zigzag += (byte & 0x7f) * scale;
      if (byte < 0x80) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      scale *= 128;
    }
  }
}
