import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { BROKER_SHAPE } from '../../../src/topology/broker-shape.ts';

it('docs/kafka.md tells every time and number of Kafka’s in a topology, with its default', () => {
  const { shape } = BROKER_SHAPE;
  assert.ok(shape.kind === 'object');
  const wanted = Object.entries(shape.fields).flatMap(([key, field]) =>
    field.shape.kind === 'integer' && field.fallback !== null && key !== 'partitions'
      ? [[key, field.fallback]]
      : [],
  );
  const page = readFileSync('docs/kafka.md', 'utf8');
  const rows = [...page.matchAll(/^\| `broker\.(\w+)` *\| ([\d,]+) /gm)];
  const told = rows.map(([, key, value]) => [key, Number(value!.replaceAll(',', ''))]);
  assert.deepEqual(
    told.filter(([key]) => key !== 'stallSeconds'),
    wanted,
  );
  for (const key of ['replicationFactor', 'heartbeatMs', 'stallSeconds'])
    assert.match(page, new RegExp(`^\\| \`broker\\.${key}\``, 'm'));
});
