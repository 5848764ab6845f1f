import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { avroCodec } from '../../../../src/adapters/avro/avro-codec.ts';
import { frameConfluent } from '../../../../src/adapters/avro/confluent-frame.ts';
import { openRecordCodecs, type RecordName } from '../../../../src/adapters/avro/record-codecs.ts';
import { readSchemaFolder } from '../../../../src/adapters/avro/schema-folder.ts';
import { createWriterSchemas } from '../../../../src/adapters/avro/writer-schemas.ts';
import type { Codec } from '../../../../src/ports/record-codec.ts';
import type { RegisteredSchema } from '../../../../src/ports/schema-registry.ts';
import { RECORD_NAMES, RECORDS } from '../../../support/record-arbitraries.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const plain = openRecordCodecs();
const avro = (schema: unknown): RegisteredSchema => ({
  type: 'AVRO',
  text: typeof schema === 'string' ? schema : JSON.stringify(schema),
  references: 0,
});
const ids = Object.fromEntries(RECORD_NAMES.map((name, i) => [name, 100 + i])) as Record<
  RecordName,
  number
>;

/** Codecs over a registry that has these schemas, and the project's own under {@link ids}. */
function registryOf(others: Readonly<Record<number, RegisteredSchema>> = {}) {
  const own = Object.fromEntries(
    RECORD_NAMES.map((name) => [ids[name], avro(plain[name].schemaText)]),
  );
  const schemas: Readonly<Record<number, RegisteredSchema>> = { ...own, ...others };
  const writers = createWriterSchemas({
    registry: { schemaOf: (id) => Promise.resolve(schemas[id]) },
    clock: manualClock(),
    recheckMs: 0,
  });
  const codecs = openRecordCodecs(undefined, { writers, ids });
  const read = async (name: RecordName, bytes: Uint8Array) => {
    await writers.learn([bytes]);
    return (codecs[name] as Codec<unknown>).decode(bytes);
  };
  return { codecs, writers, read };
}

/** Data of a record without its frame. */
const dataOf = (name: RecordName, value: unknown): Uint8Array =>
  (plain[name] as Codec<unknown>).encode(value).slice(10);

function sample(name: RecordName): unknown {
  const arbitrary: fc.Arbitrary<unknown> = RECORDS[name];
  return fc.sample(arbitrary, { seed: 1, numRuns: 1 })[0];
}

describe('codecs for a schema registry', () => {
  for (const name of RECORD_NAMES) {
    it(`writes any ${name} under its id, and reads it back`, async () => {
      const { codecs, read } = registryOf();
      const arbitrary: fc.Arbitrary<unknown> = RECORDS[name];
      await fc.assert(
        fc.asyncProperty(arbitrary, async (value) => {
          const bytes = (codecs[name] as Codec<unknown>).encode(value);
          assert.deepEqual(bytes, frameConfluent(ids[name], dataOf(name, value)));
          assert.deepStrictEqual(await read(name, bytes), { ok: true, value });
        }),
        { seed: 1, numRuns: 50 },
      );
    });

    it(`gives a reason for every ${name} that ends early, and for bytes after its end`, async () => {
      const { codecs, read } = registryOf();
      const bytes = (codecs[name] as Codec<unknown>).encode(sample(name));
      // Of long ones the first and last lengths, which hold every header.
      const lengths = Array.from({ length: bytes.length }, (_, length) => length).filter(
        (length) => length < 300 || length > bytes.length - 300,
      );
      for (const length of lengths)
        assert.equal((await read(name, bytes.slice(0, length))).ok, false, `${length}`);
      assert.equal((await read(name, Uint8Array.of(...bytes, 0))).ok, false);
    });
  }

  it('reads what older versions wrote, with the defaults of what came later', async () => {
    const { schemasOf, named } = readSchemaFolder();
    for (const [name, file] of [
      ['answer', 'answer'],
      ['calibrationWindow', 'calibration-window'],
    ] as const) {
      const [oldest] = schemasOf(file).history;
      const value = sample(name) as Record<string, unknown>;
      const written = avroCodec<unknown>({ current: oldest, history: [] }, { named });
      const bytes = frameConfluent(7, written.encode(value).slice(10));
      const decoded = await registryOf({ 7: avro(written.schemaText) }).read(name, bytes);
      assert.ok(decoded.ok);
      const had = (oldest as { fields: { name: string }[] }).fields.map((field) => field.name);
      const now = Object.keys(value);
      assert.ok(now.length > had.length, 'the oldest version has fewer fields');
      // Nested records may have grown as well; what is plain is as it was.
      for (const key of had)
        if (typeof value[key] !== 'object')
          assert.deepEqual((decoded.value as typeof value)[key], value[key], key);
      assert.deepEqual(Object.keys(decoded.value as object).sort(), now.sort());
    }
  });

  it('reads what a foreign writer wrote that says more, or less precisely', async () => {
    const { current } = readSchemaFolder().schemasOf('feedback');
    const { fields, ...rest } = current as { fields: Record<string, unknown>[] };
    const more = {
      ...rest,
      fields: [
        ...fields,
        { name: 'weight', type: 'float' },
        { name: 'note', type: { type: 'string', 'avro.java.string': 'String' } },
      ],
    };
    const value = sample('feedback') as object;
    const foreign = avroCodec<unknown>({ current: more, history: [] });
    const bytes = frameConfluent(9, foreign.encode({ ...value, weight: 0.5, note: 'x' }).slice(10));
    const { read } = registryOf({ 9: avro(more) });
    assert.deepEqual(await read('feedback', bytes), { ok: true, value });
    const endless = Uint8Array.from(bytes);
    // The float lies before the text of one letter: sign and exponent bits set make it infinite.
    endless.set([0, 0, 0x80, 0x7f], endless.length - 6);
    assert.deepEqual(await read('feedback', endless), {
      ok: false,
      reason: 'a number is not finite',
    });
  });

  it('says why a record cannot be read, in words that hold nothing of it', async () => {
    const { read } = registryOf({
      1: avro(plain.answer.schemaText),
      2: { type: 'PROTOBUF', text: 'message A {}', references: 0 },
      3: { ...avro(plain.question.schemaText), references: 1 },
      4: avro('{"type":"record"'),
      5: avro({ type: 'record', name: 'R', fields: [{ name: 'r', type: 'R' }] }),
    });
    const data = dataOf('question', sample('question'));
    const reasons: readonly (readonly [id: number, reason: string])[] = [
      [1, 'which cannot be read as stream.secl.Question'],
      [2, 'which is no Avro schema'],
      [3, 'which refers to schemas of other subjects'],
      [4, 'which cannot be read'],
      [5, 'which cannot be read'],
      [6, 'which the registry does not know'],
    ];
    for (const [id, reason] of reasons)
      assert.deepEqual(await read('question', frameConfluent(id, data)), {
        ok: false,
        reason: `written with schema id ${id}, ${reason}`,
      });
    for (const [bytes, reason] of [
      [Uint8Array.of(0, 0, 0, 1), 'the record ends inside its header'],
      [
        Uint8Array.of(1, 0, 0, 0, 100),
        'not an Avro single object, nor in a schema registry’s frame',
      ],
      [new Uint8Array(), 'not an Avro single object, nor in a schema registry’s frame'],
    ] as const)
      assert.deepEqual(await read('question', bytes), { ok: false, reason });
  });

  it('goes on reading single objects, so that a topic may hold both', async () => {
    const value = sample('question');
    const bytes = (plain.question as Codec<unknown>).encode(value);
    assert.deepEqual(await registryOf().read('question', bytes), { ok: true, value });
  });

  it('says of registered records that no registry is there, where none is', () => {
    const bytes = registryOf().codecs.question.encode(sample('question') as never);
    assert.deepEqual(plain.question.decode(bytes), {
      ok: false,
      reason: 'written for a schema registry, and none is configured',
    });
  });

  it('does not write what it was only opened to read', () => {
    const { writers } = registryOf();
    const { question } = openRecordCodecs(undefined, { writers, ids: {} });
    assert.throws(() => question.encode(sample('question') as never), { code: 'PRECONDITION' });
  });

  it('keeps reading when a hundred other schemas have come and gone', async () => {
    const others = Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [1000 + i, avro(plain.feedback.schemaText)]),
    );
    const { read } = registryOf(others);
    const value = sample('feedback');
    for (const id of [1000, ...Object.keys(others).map(Number), 1000])
      assert.deepEqual(await read('feedback', frameConfluent(id, dataOf('feedback', value))), {
        ok: true,
        value,
      });
  });
});

describe('the schema that a registry is given', () => {
  it('stands alone and means the same, descriptions included', () => {
    for (const name of RECORD_NAMES) {
      const { schemaText, fingerprint } = plain[name];
      const alone = avroCodec({ current: JSON.parse(schemaText) as unknown, history: [] });
      assert.equal(alone.fingerprint, fingerprint, name);
      assert.match(schemaText, /"doc":"/, name);
    }
    // Its samples are defined in a file of their own.
    assert.match(plain.trainingBatch.schemaText, /"name":"TrainingSample"/);
  });
});
