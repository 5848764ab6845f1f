import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { seededRandom, type SeededRandom } from '../../../src/random/seeded-random.ts';
import { parseTopology } from '../../../src/topology/parse-topology.ts';
import { topologyJsonSchema, type JsonSchema } from '../../../src/topology/topology-json-schema.ts';
import { isValid } from '../../support/json-schema-validity.ts';

const schema = topologyJsonSchema();
const DEFAULT = parse(readFileSync('topologies/qa.yaml', 'utf8')) as Record<string, unknown>;

/** Values that one key or another accepts, and values that none does. */
const VALUES: readonly unknown[] = [
  ...[null, true, -1, 0, 1, 0.5, 8, 64, 65, 100, 2048, 1e9, 2 ** 32, 1e300],
  ...[
    '',
    ' ',
    '..',
    'qa.questions',
    'int4',
    'never',
    'pTrue',
    'none',
    'sliding',
    'a b',
    'x'.repeat(300),
  ],
  ...[[], ['pTrue'], ['pTrue', 'pTrue'], [3], {}, { short: 1 }, { maxBatch: 1 }, { unknown: 1 }],
];

/** Every object inside a value, itself first. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
}

/** The default with some keys set to other values, left out or added. */
function vary(random: SeededRandom): unknown {
  const file = structuredClone(DEFAULT);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const objects = objectsIn(file);
    const object = objects[random.integer(objects.length)]!;
    const keys = Object.keys(object);
    const key = random.integer(10) === 0 ? 'unknown' : (keys[random.integer(keys.length)] ?? 'x');
    if (random.integer(4) === 0) Reflect.deleteProperty(object, key);
    else object[key] = structuredClone(VALUES[random.integer(VALUES.length)]);
  }
  return file;
}

/** Messages of rules between keys, which JSON Schema does not say. */
const BETWEEN_KEYS =
  /is the topic of|is not among|is not computed|trains verbalized|needs (evidence|distractors)|has no meaning where|needs a (username|password|keyFile|certFile)|is given beside|must be (1 where|the size|at most the size|at most \d+, (a third|broker\.progress)|at least \d+: the longest)/;

describe('topologyJsonSchema', () => {
  it('is what schemas/topology.schema.json says', () => {
    const published = JSON.parse(
      readFileSync('schemas/topology.schema.json', 'utf8'),
    ) as JsonSchema;
    assert.deepEqual(published, JSON.parse(JSON.stringify(schema)), 'run "npm run schemas"');
  });

  it('accepts the default topology and describes every key', () => {
    assert.ok(isValid(DEFAULT, schema));
    const undescribed = (at: JsonSchema, path: string): string[] => [
      ...(typeof at['description'] === 'string' ? [] : [path]),
      ...Object.entries((at['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(
        ([key, below]) => undescribed(below, `${path}/${key}`),
      ),
    ];
    assert.deepEqual(undescribed(schema, ''), []);
  });

  it('accepts exactly what the parser accepts, rules between keys aside', () => {
    const random = seededRandom(11);
    let accepted = 0;
    const runs = 3000;
    for (let i = 0; i < runs; i++) {
      const file = vary(random);
      const parsed = parseTopology(JSON.stringify(file));
      const single = parsed.ok || parsed.faults.every(({ message }) => BETWEEN_KEYS.test(message));
      assert.equal(isValid(file, schema), single, JSON.stringify(file));
      if (single) accepted += 1;
    }
    assert.ok(accepted > runs / 20 && accepted < runs / 2, `${accepted} accepted`);
  });
});
