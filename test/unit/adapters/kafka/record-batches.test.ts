import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { readRecordBatches } from '../../../../src/adapters/kafka/record-batches.ts';

/** kafkajs's own encoder: another implementation of the format. */
interface Encoded {
  readonly buffer: Buffer;
}
const load = createRequire(import.meta.url);
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch(options: object): Promise<Encoded>;
};
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  record: object,
) => Encoded;

interface Written {
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  readonly timestampDelta?: number;
}

async function batchOf(
  firstOffset: number,
  records: readonly Written[],
  more: object = {},
): Promise<Buffer> {
  const { buffer } = await RecordBatch({
    ...{ firstOffset, firstTimestamp: 1_700_000_000_000, maxTimestamp: 1_700_000_000_900 },
    lastOffsetDelta: records.length - 1,
    records: records.map((record, offsetDelta) =>
      encodeRecord({ offsetDelta, key: null, value: null, ...record }),
    ),
    ...more,
  });
  return buffer;
}

const read = (bytes: Buffer) => readRecordBatches(bytes, 't/0');
const bytes = (text: string): Buffer => Buffer.from(text);
/** Where a batch has its attributes. */
const ATTRIBUTES_AT = 21;

/**
 * A batch of format 2 whose record was compacted away, as Kafka 4.1.0 sent it: offset 0, spanning one, 49 bytes, of an
 * aborted transaction.
 */
const EMPTIED =
  '0000000000000000000000310000000002d56a0472001000000000ffffffffffffffff0000000000000001000000000000000000000000000000000000';

/** The same, so many offsets long from another one on. */
function emptiedAt(offset: bigint, span: number): Buffer {
  const batch = Buffer.from(EMPTIED.padEnd(122, '0'), 'hex');
  batch.writeBigInt64BE(offset, 0);
  batch.writeInt32BE(span - 1, 23);
  return batch;
}

describe('readRecordBatches', () => {
  it('reads keys, values, headers and times as kafkajs writes them', async () => {
    const long = 'x'.repeat(70_000);
    const batch = await batchOf(40, [
      { key: bytes('k'), value: bytes('v'), timestampDelta: 7 },
      { value: bytes(long), headers: { trace: bytes('a'), twice: [bytes('b'), bytes('c')] } },
      { key: Buffer.alloc(0), value: null, timestampDelta: 900 },
    ]);
    const { messages, end } = read(batch);
    assert.equal(end, 43n);
    assert.deepEqual(
      messages.map(({ offset, timestampMs, key, value, headers }) => [
        ...[offset, timestampMs - 1_700_000_000_000, key?.toString(), value?.toString()],
        headers.map(([name, header]) => [name, header?.toString()]),
      ]),
      [
        [40n, 7, 'k', 'v', []],
        [
          ...[41n, 0, undefined, long],
          [
            ['trace', 'a'],
            ['twice', 'b'],
            ['twice', 'c'],
          ],
        ],
        [42n, 900, '', undefined, []],
      ],
    );
    assert.deepEqual(messages[0]?.batch, {
      ...{ producerId: -1n, isTransactional: false, isControl: false },
    });
  });

  it('reads what is compressed, and of a transaction', async () => {
    const more = { compression: 1, transactional: true, producerId: 7, producerEpoch: 1 };
    const { messages, end } = read(await batchOf(3, [{ value: bytes('v') }], more));
    assert.equal(end, 4n);
    assert.deepEqual(
      messages.map(({ value, batch }) => [value?.toString(), batch]),
      [['v', { producerId: 7n, isTransactional: true, isControl: false }]],
    );
  });

  it('tells markers, and takes the brokers’ time where they set it', async () => {
    const batch = await batchOf(3, [{ key: Buffer.of(0, 0, 0, 1), timestampDelta: 5 }]);
    batch.writeInt16BE(0x08 | 0x10 | 0x20, ATTRIBUTES_AT);
    const [marker] = read(batch).messages;
    assert.equal(marker?.timestampMs, 1_700_000_000_900);
    assert.deepEqual([marker.batch.isTransactional, marker.batch.isControl], [true, true]);
  });

  it('reads a record of nothing but headers, and a batch of very many records, at once', async () => {
    const names = Array.from({ length: 100_000 }, (_, i) => i.toString(36));
    const headers = Object.fromEntries(names.map((name) => [name, Buffer.alloc(0)]));
    const records = Array.from({ length: 150_000 }, () => ({}));
    const [few, many] = [await batchOf(0, [{ headers }]), await batchOf(1, records)];
    const startedMs = performance.now();
    const { messages, end } = read(Buffer.concat([few, many]));
    assert.equal(messages.length, 150_001);
    assert.equal(messages[0]?.headers.length, 100_000);
    assert.equal(end, 150_001n);
    // Copying all headers for each of them took 21 s for a tenth as many; this is a matter of 0.2 s.
    assert.ok(performance.now() - startedMs < 20_000);
  });

  it('tells the offset behind the last batch, whether or not it has records', () => {
    assert.deepEqual(read(emptiedAt(0n, 1)), { messages: [], end: 1n });
    const two = Buffer.concat([emptiedAt(3n, 1), emptiedAt(8n, 7)]);
    assert.equal(read(two).end, 15n);
    assert.equal(read(emptiedAt(5_000_000_000n, 2)).end, 5_000_000_002n);
  });

  it('leaves out a batch that is cut short, and tells of none where none came', async () => {
    const whole = await batchOf(3, [{ value: bytes('v') }]);
    for (const cut of [1, 30, 61, whole.length - 1]) {
      const { messages, end } = read(Buffer.concat([whole, whole.subarray(0, cut)]));
      assert.deepEqual([messages.length, end], [1, 4n]);
      assert.deepEqual(read(whole.subarray(0, cut)), { messages: [], end: undefined });
    }
    assert.deepEqual(read(Buffer.alloc(0)), { messages: [], end: undefined });
  });

  it('refuses a batch that it cannot read, after those that it can', async () => {
    const whole = await batchOf(3, [{ value: bytes('v') }]);
    const damaged = async (change: (batch: Buffer) => void): Promise<Buffer> => {
      const batch = await batchOf(4, [{ value: bytes('first') }, { value: bytes('second') }]);
      change(batch);
      return batch;
    };
    const cases: readonly (readonly [RegExp, (batch: Buffer) => unknown])[] = [
      [/the batch at offset 4 of t\/0 is of format 1/, (batch) => batch.writeInt8(1, 16)],
      [/cannot be uncompressed \(lz4\)/, (batch) => batch.writeInt16BE(3, ATTRIBUTES_AT)],
      [/compressed in a way that is not known, 6/, (batch) => batch.writeInt16BE(6, ATTRIBUTES_AT)],
      // More records than there are bytes for.
      [/offset 4 of t\/0 is damaged/, (batch) => batch.writeInt32BE(3, 57)],
      // The first record says that it ends elsewhere.
      [/offset 4 of t\/0 is damaged/, (batch) => batch.writeUInt8(batch.readUInt8(61) + 2, 61)],
      // The last value ends behind the batch.
      [/offset 4 of t\/0 is damaged/, (batch) => batch.writeUInt8(0x7e, batch.length - 8)],
    ];
    for (const [reason, change] of cases) {
      const batch = await damaged((each) => void change(each));
      assert.throws(() => read(batch), { code: 'RECORD_INVALID', message: reason });
      const { messages, end } = read(Buffer.concat([whole, batch]));
      assert.deepEqual([messages.map(({ offset }) => offset), end], [[3n], 4n]);
    }
  });
});
