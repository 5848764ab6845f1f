import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { mutateBytes } from '../../../support/mutate-bytes.ts';
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

/** A zigzag integer, seven bits a byte. */
function varint(value: number): Buffer {
  const groups: number[] = [];
  for (let rest = value < 0 ? -2 * value - 1 : 2 * value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.of(...groups, rest);
    groups.push((rest % 128) + 128);
  }
}

const recordOf = (body: Buffer): Buffer => Buffer.concat([varint(body.length), body]);

/** A batch whose header says what a test wants; of one record at offset 0, unless it does. */
function rawBatch(
  records: Buffer,
  more: {
    readonly first?: number;
    readonly count?: number;
    readonly last?: number;
    readonly attributes?: number;
    readonly size?: number;
  },
): Buffer {
  const { first = 0, count = 1, last = count - 1, attributes = 0 } = more;
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(BigInt(first), 0);
  header.writeInt32BE(more.size ?? 49 + records.length, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(attributes, ATTRIBUTES_AT);
  header.writeInt32BE(last, 23);
  header.writeInt32BE(count, 57);
  return Buffer.concat([header, records]);
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

  it('refuses a batch of very many headers or records, which a few bytes may hold', () => {
    // An empty key and no value: two bytes a header. A record without anything: seven to ten.
    const headers = Buffer.alloc(2 * 1_000_001, Buffer.of(0, 1));
    const record = recordOf(Buffer.concat([Buffer.of(0, 0, 0, 1, 1), varint(1_000_001), headers]));
    const records = Buffer.alloc(7 * 1_000_001, recordOf(Buffer.of(0, 0, 0, 1, 1, 0)));
    for (const [bomb, count] of [
      [record, 1],
      [records, 1_000_001],
    ] as const) {
      const batch = rawBatch(gzipSync(bomb), { count, attributes: 1 });
      assert.ok(batch.length < 20_000);
      const startedMs = performance.now();
      assert.throws(() => read(batch), {
        code: 'RECORD_INVALID',
        message: 'the batch at offset 0 of t/0 holds more than 1000000 records and headers',
      });
      assert.ok(performance.now() - startedMs < 20_000);
    }
  });

  it('reads no more of a page than fits in memory, and says how far it came', () => {
    const value = Buffer.alloc(20 * 1024 * 1024);
    const body = Buffer.concat([Buffer.of(0, 0, 0, 1), varint(value.length), value, Buffer.of(0)]);
    const bomb = gzipSync(recordOf(body));
    const page = [3, 4, 5, 6].map((first) => rawBatch(bomb, { first, attributes: 1 }));
    assert.ok(Buffer.concat(page).length < 100_000);
    const { messages, end } = read(Buffer.concat(page));
    assert.deepEqual([messages.map(({ offset }) => offset), end], [[3n, 4n], 5n]);
    const rest = read(Buffer.concat(page.slice(2)));
    assert.deepEqual([rest.messages.map(({ offset }) => offset), rest.end], [[5n, 6n], 7n]);
  });

  it('says of a batch that lies about itself that it is damaged', () => {
    const at = (offsetDelta: number): Buffer =>
      recordOf(Buffer.concat([Buffer.of(0, 0), varint(offsetDelta), Buffer.of(1, 1, 0)]));
    const cases: readonly (readonly [string, Buffer])[] = [
      ['fewer records than there are', rawBatch(Buffer.concat([at(0), at(1)]), { count: 1 })],
      ['a negative count of records', rawBatch(at(0), { count: -1 })],
      ['a huge count of records', rawBatch(at(0), { count: 2 ** 31 - 1 })],
      ['offsets that stand still', rawBatch(Buffer.concat([at(1), at(1)]), { count: 2, last: 1 })],
      ['offsets that go back', rawBatch(Buffer.concat([at(1), at(0)]), { count: 2, last: 1 })],
      ['an offset before the batch', rawBatch(at(-1), {})],
      ['an offset behind the batch', rawBatch(at(2), { last: 1 })],
      ['an end before its beginning', rawBatch(Buffer.alloc(0), { count: 0, last: -2 })],
      [
        'a negative size of a record',
        rawBatch(Buffer.concat([varint(-5), Buffer.of(0, 0, 0, 1, 1, 0)]), {}),
      ],
      ['a negative count of headers', rawBatch(recordOf(Buffer.of(0, 0, 0, 1, 1, 1)), {})],
      [
        'a huge count of headers',
        rawBatch(recordOf(Buffer.of(0, 0, 0, 1, 1, ...varint(2 ** 40))), {}),
      ],
      ['a value of a huge size', rawBatch(recordOf(Buffer.of(0, 0, 0, 1, ...varint(2 ** 50))), {})],
      ['a number without an end', rawBatch(Buffer.alloc(40, 0xff), {})],
      ['a negative size', rawBatch(at(0), { size: -1 })],
      ['a size that is less than its header', rawBatch(at(0), { size: 48 })],
    ];
    for (const [what, batch] of cases) {
      assert.throws(
        () => read(batch),
        { code: 'RECORD_INVALID', message: 'the batch at offset 0 of t/0 is damaged' },
        what,
      );
    }
  });

  it('says of an old message what it is, however short', () => {
    // Offset, size, checksum, format 1, attributes, time, no key, a value of two bytes.
    const old = Buffer.alloc(36);
    old.writeInt32BE(24, 8);
    old.writeInt8(1, 16);
    old.writeInt32BE(-1, 26);
    old.writeInt32BE(2, 30);
    assert.throws(() => read(old), {
      code: 'RECORD_INVALID',
      message: 'the batch at offset 0 of t/0 is of format 1',
    });
  });

  it('throws nothing else, and never goes back, whatever it is given', async () => {
    const sound = Buffer.concat([
      await batchOf(3, [{ key: bytes('k'), value: bytes('v') }, { headers: { a: bytes('b') } }]),
      emptiedAt(8n, 2),
      await batchOf(10, [{ value: bytes('w') }, {}, {}], { compression: 1, transactional: true }),
    ]);
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (seed) => {
        const damaged = Buffer.from(mutateBytes(sound, 0, seededRandom(seed)));
        try {
          const { messages, end } = read(damaged);
          let before: bigint | undefined;
          for (const { offset } of messages) {
            assert.ok(before === undefined || offset > before);
            before = offset;
          }
          assert.ok(before === undefined || (end !== undefined && end > before));
        } catch (error) {
          assert.ok(error instanceof SeclError && error.code === 'RECORD_INVALID', String(error));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
