import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openRecordCodecs } from '../../../../src/adapters/avro/record-codecs.ts';
import { readSchemaFolder } from '../../../../src/adapters/avro/schema-folder.ts';
import type { Answer } from '../../../../src/events/answer.ts';
import type { Question } from '../../../../src/events/question.ts';
import type { SeclError } from '../../../../src/errors/secl-error.ts';
import type { Codec } from '../../../../src/ports/record-codec.ts';
import { RECORD_NAMES, RECORDS } from '../../../support/record-arbitraries.ts';

const codecs = openRecordCodecs();

const QUESTION: Question = {
  id: 'q-1',
  text: 'What is the capital of France?',
  style: 'short',
  choices: [],
  domain: null,
  givenAnswer: null,
  deadlineMs: null,
};

describe('openRecordCodecs', () => {
  for (const name of RECORD_NAMES) {
    // The arbitraries have the types of src/events, every key of them: a field that only one of type and
    // schema has would be lost on the way, or refused.
    it(`brings any ${name} back as it was`, () => {
      const codec = codecs[name] as Codec<unknown>;
      const arbitrary: fc.Arbitrary<unknown> = RECORDS[name];
      fc.assert(
        fc.property(arbitrary, (value) => {
          assert.deepStrictEqual(codec.decode(codec.encode(value)), { ok: true, value });
        }),
        { seed: 1, numRuns: 200 },
      );
    });

    it(`has every field of ${name}, and documents it`, () => {
      const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const { current } = readSchemaFolder().schemasOf(file);
      const arbitrary: fc.Arbitrary<object> = RECORDS[name];
      const [value] = fc.sample(arbitrary, { seed: 2, numRuns: 1 });
      assert.deepEqual(fieldNames(current), Object.keys(value!).sort());
      assert.deepEqual(undocumented(current), []);
    });
  }

  it('gives each record type another fingerprint', () => {
    const fingerprints = RECORD_NAMES.map((name) => codecs[name].fingerprint);
    assert.equal(new Set(fingerprints).size, RECORD_NAMES.length);
    for (const fingerprint of fingerprints) assert.match(fingerprint, /^[0-9a-f]{16}$/);
  });

  it('names the fields that do not fit, and none of their content', () => {
    const value = {
      ...QUESTION,
      style: 'secret',
      givenAnswer: { text: 'secret', tokenLogProbabilities: [0, NaN] },
    };
    assert.throws(
      () => codecs.question.encode(value as Question),
      (error: SeclError) => {
        assert.equal(error.code, 'RECORD_INVALID');
        assert.match(error.message, /style is no/);
        assert.match(error.message, /givenAnswer\.tokenLogProbabilities\.1 is no double/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });

  it('does not keep the bytes of the record it decoded alive', () => {
    const letter = fc.sample(RECORDS.deadLetter, { seed: 3, numRuns: 1 })[0]!;
    const encoded = codecs.deadLetter.encode({ ...letter, value: Uint8Array.of(1, 2, 3) });
    const decoded = codecs.deadLetter.decode(encoded);
    assert.ok(decoded.ok);
    assert.equal(decoded.value.value?.buffer.byteLength, 3);
  });

  it('refuses a score of a later version instead of passing it on', () => {
    const [answer] = fc.sample(
      RECORDS.answer.filter(({ scores }) => scores.length > 0),
      { seed: 4, numRuns: 1 },
    );
    const scores = answer!.scores.map((score) => ({ ...score, name: 'combined' }));
    const bytes = codecs.answer.encode({ ...answer!, scores } as unknown as Answer);
    assert.deepEqual(codecs.answer.decode(bytes), { ok: false, reason: 'a score is unknown' });
  });

  it('refuses names of a later version that Avro sees as mere text', () => {
    const [batch] = fc.sample(
      RECORDS.trainingBatch.filter(({ samples }) => samples.length > 0),
      { seed: 6, numRuns: 1 },
    );
    const [decision] = fc.sample(RECORDS.adapterDecision, { seed: 7, numRuns: 1 });
    const [alert] = fc.sample(RECORDS.alert, { seed: 9, numRuns: 1 });
    const [window] = fc.sample(
      RECORDS.calibrationWindow.filter(({ verdict }) => verdict !== null),
      { seed: 8, numRuns: 1 },
    );
    const samples = batch!.samples.map((sample) => ({ ...sample, role: 'later' }));
    const later: [
      'trainingBatch' | 'adapterDecision' | 'calibrationWindow' | 'alert',
      object,
      string,
    ][] = [
      ['trainingBatch', { ...batch!, loss: 'later' }, 'the loss is unknown'],
      ['trainingBatch', { ...batch!, samples }, "a sample's role is unknown"],
      ['adapterDecision', { ...decision!, decision: 'later' }, 'the decision is unknown'],
      ['alert', { ...alert!, rule: 'later' }, 'the alert is of an unknown kind'],
      [
        'calibrationWindow',
        { ...window!, verdict: { ...window!.verdict, level: 'later' } },
        'the verdict is unknown',
      ],
      [
        'calibrationWindow',
        { ...window!, verdict: { ...window!.verdict, basis: 'later' } },
        "the verdict's basis is unknown",
      ],
    ];
    for (const [name, value, reason] of later) {
      const codec = codecs[name] as Codec<unknown>;
      assert.deepEqual(codec.decode(codec.encode(value)), { ok: false, reason });
    }
  });

  it('gives a reason for bytes that are no such record', () => {
    const good = codecs.question.encode(QUESTION);
    const reasonFor = (bytes: Uint8Array): string => {
      const decoded = codecs.question.decode(bytes);
      assert.ok(!decoded.ok);
      return decoded.reason;
    };
    assert.equal(reasonFor(new Uint8Array()), 'not an Avro single object');
    assert.equal(
      reasonFor(Uint8Array.from([0xc3, 2, ...good.slice(2)])),
      'not an Avro single object',
    );
    const alien = good.slice();
    alien[5]! ^= 1;
    assert.equal(reasonFor(alien), 'written with an unknown schema');
    const label = codecs.feedback.encode(fc.sample(RECORDS.feedback, { seed: 5, numRuns: 1 })[0]!);
    assert.equal(reasonFor(label), 'written with an unknown schema');
    assert.equal(reasonFor(Uint8Array.of(...good, 0)), 'there are bytes after the data');
    assert.equal(reasonFor(good.slice(0, -1)), 'a union has no such branch');
  });

  it('says which schema is missing', () => {
    assert.throws(() => openRecordCodecs('/nowhere/at/all'), {
      code: 'SCHEMA_INVALID',
      message: /question\.avsc is missing/,
    });
  });
});

interface RecordJson {
  readonly fields: readonly {
    readonly name: string;
    readonly doc?: string;
    readonly type: unknown;
  }[];
}

function fieldNames(schema: unknown): string[] {
  return (schema as RecordJson).fields.map(({ name }) => name).sort();
}

/** Paths of everything in a schema that should have a description and has none. */
function undocumented(schema: unknown, path = ''): string[] {
  if (Array.isArray(schema)) return schema.flatMap((branch) => undocumented(branch, path));
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, items, values, doc, fields } = schema as Record<string, unknown>;
  if (type === 'array') return undocumented(items, path);
  if (type === 'map') return undocumented(values, path);
  const own = (type === 'record' || type === 'enum') && typeof doc !== 'string' ? [path] : [];
  const below = ((fields ?? []) as RecordJson['fields']).flatMap((field) => {
    const at = `${path}/${field.name}`;
    return [...(field.doc === undefined ? [at] : []), ...undocumented(field.type, at)];
  });
  return [...own, ...below];
}
