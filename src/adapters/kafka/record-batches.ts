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
/** Least bytes of a record, and of a header: their numbers alone. */
const RECORD_BYTES = 7;
const HEADER_BYTES = 2;
/** Most records and headers of a batch: a few compressed bytes may hold more of them than memory has room for. */
const MOST_PARTS = 1_000_000;
/** Uncompressed, a page ends with the batch that brings it to so many bytes: each batch may be a bomb. */
const PAGE_BYTES = 32 * 1024 * 1024;
/** What the tenth byte of a number counts. */
const MOST_SCALE = 128 ** 9;
const DAMAGED_HINT =
  'Look for damage in the log of the partition’s leader; to go on behind it, move the group’s offset by hand.';

/**
 * Reads record batches of format 2. The last one may be cut short, and is left out then; so are those for which there is
 * no room in memory beside the ones before.
 *
 * Not by kafkajs, which copies all of a record's headers for each of them, so that 10,000 of them, 69 kB, take it 21 s;
 * ends at a batch of some 100,000 records; and reads no compression but gzip.
 *
 * @param place - Topic and partition, for people.
 * @throws SeclError `RECORD_INVALID` for a batch that is damaged, of another format, compressed in a way that cannot be
 *   read, or of more than 1,000,000 records and headers.
 * Source: Kafka's documentation, "Record Batch" and "Record".
 */
export function readRecordBatches(bytes: Buffer, place: string): RecordBatches {
  const messages: FetchedMessage[] = [];
  const page: Page = { bytes: 0, parts: 0 };
  let end: bigint | undefined;
  for (let at = 0; at + AT.format < bytes.length;) {
    if (page.bytes >= PAGE_BYTES || page.parts >= MOST_PARTS) break;
    const first = bytes.readBigInt64BE(at);
    const before = messages.length;
    try {
      const batch = wholeBatch(bytes.subarray(at));
      if (batch === undefined) break;
      if (end !== undefined && first < end) throw new RangeError('a batch goes back');
      readBatch(batch, first, messages, page);
      end = first + BigInt(batch.readInt32BE(AT.lastOffsetDelta)) + 1n;
      at += batch.length;
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
  }
  return { messages, end };
}

/** What was made of the batches so far: bytes, and records and headers. */
interface Page {
  bytes: number;
  parts: number;
}

/** The batch that bytes begin with; `undefined`: it is cut short. */
function wholeBatch(bytes: Buffer): Buffer | undefined {
  const format = bytes.readInt8(AT.format);
  if (format !== FORMAT)
    throw new Unreadable(
      `is of format ${format}`,
      'It was written for Kafka 0.10 or older: copy the topic with a client of today.',
    );
  const length = PREFIX_BYTES + bytes.readInt32BE(AT.length);
  if (length < AT.records) throw new RangeError('a batch is shorter than its header');
  return length > bytes.length ? undefined : bytes.subarray(0, length);
}

/** How a sentence on a batch goes on, and what to do. */
class Unreadable extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

function readBatch(batch: Buffer, first: bigint, messages: FetchedMessage[], page: Page): void {
  const attributes = batch.readInt16BE(AT.attributes);
  const uncompressed = uncompressRecords(attributes & COMPRESSION, batch.subarray(AT.records));
  if (!uncompressed.ok)
    throw new Unreadable(
      uncompressed.reason,
      'Have producers, and the topic (compression.type), use zstd, lz4, snappy or gzip. A batch that is damaged stays so: move the group’s offset by hand.',
    );
  const lastDelta = batch.readInt32BE(AT.lastOffsetDelta);
  if (lastDelta < 0) throw new RangeError('a batch ends before it begins');
  const context: BatchContext = {
    first,
    lastDelta,
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
  const cursor = new RecordCursor(uncompressed.bytes, context);
  for (let left = cursor.claim(batch.readInt32BE(AT.count), RECORD_BYTES); left > 0; left--)
    messages.push(cursor.readRecord());
  cursor.assertAtEnd();
  page.bytes += uncompressed.bytes.length;
  page.parts += cursor.parts;
}

/** What the records of a batch have in common. */
interface BatchContext {
  readonly first: bigint;
  /** Offset of the last record, counted from the first; compaction may have removed it. */
  readonly lastDelta: number;
  /** Of the first record; of all, where the broker has dated them. */
  readonly timestampMs: number;
  readonly hasOwnTimes: boolean;
  readonly batch: FetchedMessage['batch'];
}

/** Reads records one after the other. @throws RangeError for what cannot be so; Unreadable. */
class RecordCursor {
  readonly #bytes: Buffer;
  readonly #context: BatchContext;
  #at = 0;
  #lastDelta = -1;
  /** Records and headers so far. */
  parts = 0;

  constructor(bytes: Buffer, context: BatchContext) {
    this.#bytes = bytes;
    this.#context = context;
  }

  readRecord(): FetchedMessage {
    const { first, lastDelta, timestampMs, hasOwnTimes, batch } = this.#context;
    const length = this.#readNumber();
    const end = this.#at + length;
    // Its attributes say nothing.
    this.#at += 1;
    const timestampDelta = this.#readNumber();
    const delta = this.#readNumber();
    if (delta <= this.#lastDelta || delta > lastDelta) throw new RangeError('an offset is wrong');
    this.#lastDelta = delta;
    const key = this.#readBytes();
    const value = this.#readBytes();
    const headers: (readonly [string, Buffer | null])[] = [];
    for (let left = this.claim(this.#readNumber(), HEADER_BYTES); left > 0; left--)
      headers.push([this.#readBytes()?.toString('utf8') ?? '', this.#readBytes()]);
    if (this.#at !== end) throw new RangeError('a record has another size than it says');
    return {
      ...{ offset: first + BigInt(delta), key, value, headers, batch },
      timestampMs: hasOwnTimes ? timestampMs + timestampDelta : timestampMs,
    };
  }

  /** A count of records or headers that are to follow, of so many bytes each at least. */
  claim(count: number, bytesEach: number): number {
    if (count < 0 || count * bytesEach > this.#bytes.length - this.#at)
      throw new RangeError('there are not as many as it says');
    this.parts += count;
    if (this.parts > MOST_PARTS)
      throw new Unreadable(
        `holds more than ${MOST_PARTS} records and headers`,
        'Have its producer write smaller batches. This one stays: move the group’s offset by hand.',
      );
    return count;
  }

  assertAtEnd(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('a batch goes on after its records');
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
