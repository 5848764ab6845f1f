import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSchema } from '../../../../src/adapters/avro/avro-schema.ts';

const record = (name: string, type: unknown): unknown => ({
  type: 'record',
  name,
  namespace: 'n',
  fields: [{ name: 'f', type }],
});

describe('readSchema', () => {
  it('resolves names, within a file and across files, with and without namespaces', () => {
    const inner = record('Inner', 'int');
    const named = new Map([['n.Inner', inner]]);
    const expected = readSchema(inner);
    for (const reference of ['Inner', 'n.Inner']) {
      const outer = readSchema(record('Outer', reference), named);
      assert.ok(outer.kind === 'record');
      assert.deepEqual(outer.fields[0]?.type, expected);
    }
    const twice = readSchema(record('Outer', record('Pair', ['null', inner, 'int'])), named);
    assert.ok(twice.kind === 'record');
  });

  it('reads logical types as what they are stored as', () => {
    const schema = readSchema({ type: 'long', logicalType: 'timestamp-millis' });
    assert.deepEqual(schema, { kind: 'primitive', primitive: 'long' });
  });

  const refused: [string, unknown, RegExp][] = [
    ['an unknown name', 'nothing', /nothing is unknown/],
    ['a type that no record uses', 'decimal', /decimal is unknown/],
    ['recursion', record('R', ['null', 'R']), /n\.R contains itself/],
    ['recursion by definition', record('R', record('R', 'int')), /contains itself/],
    ['two definitions', record('R', [record('S', 'int'), record('S', 'int')]), /defined twice/],
    ['an array that takes no bytes', { type: 'array', items: 'null' }, /no bound/],
    ['an enum without symbols', { type: 'enum', name: 'E' }, /lacks its symbols/],
    ['a record without fields', { type: 'record', name: 'E' }, /lacks its fields/],
    ['a record without a name', { type: 'record', fields: [] }, /lacks its name/],
    ['a field without a name', { type: 'record', name: 'E', fields: [{}] }, /without a name/],
    ['a number', 7, /must be a name/],
    ['an object without a type', {}, /must be a name/],
  ];
  for (const [what, schema, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => readSchema(schema), { code: 'SCHEMA_INVALID', message });
    });
  }
});
