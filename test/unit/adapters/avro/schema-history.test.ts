import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { avroCodec } from '../../../../src/adapters/avro/avro-codec.ts';
import { readSchema } from '../../../../src/adapters/avro/avro-schema.ts';
import { canonicalForm } from '../../../../src/adapters/avro/canonical-form.ts';
import { readSchemaFolder } from '../../../../src/adapters/avro/schema-folder.ts';
import { evolutionFaults } from '../../../support/schema-evolution.ts';

/** Records whose wire format is promised; training batches and adapters may still change. */
const PROMISED = [
  ...['question', 'answer', 'feedback', 'calibration-window', 'dead-letter'],
  ...['adapter-decision', 'alert'],
];

const { schemasOf, named } = readSchemaFolder();

/** A small record of its own, so that the rules can be broken. */
const recordOf = (...fields: object[]): unknown => ({
  type: 'record',
  name: 'R',
  namespace: 'n',
  fields,
});
const A = { name: 'a', type: 'int' };
const B = { name: 'b', type: { type: 'enum', name: 'E', symbols: ['x', 'y'] } };
const C = { name: 'c', type: ['null', 'string'], default: null };
const OLDER = recordOf(A, B);

describe('schemas and their predecessors', () => {
  for (const name of PROMISED) {
    it(`keeps what ${name} promised`, () => {
      const { current, history } = schemasOf(name);
      const newer = readSchema(current, named);
      for (const older of history) {
        assert.deepEqual(evolutionFaults(readSchema(older), newer), []);
      }
      const newest = history.at(-1);
      assert.ok(newest !== undefined, `schemas/history/${name}.v1.avsc is missing`);
      assert.equal(
        canonicalForm(readSchema(newest)),
        canonicalForm(newer),
        `${name}.avsc changed: keep the new version as the next schemas/history/${name}.vN.avsc`,
      );
    });
  }

  const allowed: [string, unknown][] = [
    ['nothing', OLDER],
    ['a new field with a default', recordOf(A, B, C)],
    ['another order', recordOf(B, A)],
    ['a field that may now be null', recordOf({ name: 'a', type: ['null', 'int'] }, B)],
    ['a new symbol', recordOf(A, { ...B, type: { ...B.type, symbols: ['x', 'y', 'z'] } })],
  ];
  for (const [what, newer] of allowed) {
    it(`allows ${what}, and still reads the older data`, () => {
      assert.deepEqual(evolutionFaults(readSchema(OLDER), readSchema(newer)), []);
      const bytes = avroCodec({ current: OLDER, history: [] }).encode({ a: 7, b: 'y' });
      const decoded = avroCodec({ current: newer, history: [OLDER] }).decode(bytes);
      const added = what.includes('default') ? { c: null } : {};
      assert.deepEqual(decoded, { ok: true, value: { a: 7, b: 'y', ...added } });
      // Without its schema in the history, the data stays closed.
      const alone = avroCodec({ current: newer, history: [] }).decode(bytes);
      assert.equal(alone.ok, canonicalForm(readSchema(newer)) === canonicalForm(readSchema(OLDER)));
    });
  }

  const forbidden: [string, unknown, string, boolean][] = [
    ['a removed field', recordOf(A), '/b: was removed', true],
    [
      'a new field without a default',
      recordOf(A, B, { name: 'd', type: 'int' }),
      '/d: is new and has no default',
      false,
    ],
    ['a changed type', recordOf({ name: 'a', type: 'string' }, B), '/a: changed its type', false],
    [
      'a lost symbol',
      recordOf(A, { ...B, type: { ...B.type, symbols: ['x'] } }),
      '/b: lost the symbol y',
      false,
    ],
  ];
  for (const [what, newer, fault, readable] of forbidden) {
    it(`forbids ${what}`, () => {
      assert.deepEqual(evolutionFaults(readSchema(OLDER), readSchema(newer)), [fault]);
      const open = (): unknown => avroCodec({ current: newer, history: [OLDER] });
      if (readable) assert.doesNotThrow(open);
      else assert.throws(open, { code: 'SCHEMA_INVALID', message: /cannot read/ });
    });
  }

  it('forbids a lost branch and a renamed record', () => {
    const before = readSchema(recordOf(C));
    const after = readSchema(recordOf({ name: 'c', type: 'string' }));
    assert.deepEqual(evolutionFaults(before, after), ['/c: changed its type']);
    const renamed = readSchema({ type: 'record', name: 'S', namespace: 'n', fields: [C] });
    assert.deepEqual(evolutionFaults(before, renamed), [': n.R was renamed']);
  });
});
