import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionNotes } from '../../../src/report/definition-notes.ts';

test('band and floor are explained only where they are', () => {
  const definition = {
    ...{ estimator: 'ece-equal-width', bins: 7, edgeRule: '[low, high)', seed: 1 },
    interval: { kind: 'reflected', level: 0.95, resamples: 1500 },
    floorSimulations: 9,
  } as const;
  const [ece, floor, ...rest] = definitionNotes(definition);
  assert.equal(ece, 'ECE: 7 bins of equal width, [low, high). Band: bootstrap, 1,500 resamples.');
  assert.match(floor ?? '', /^Floor: /);
  assert.deepEqual(rest, []);
  const bare = { ...definition, interval: { ...definition.interval, resamples: 0 } };
  assert.deepEqual(definitionNotes({ ...bare, floorSimulations: 0 }), [
    'ECE: 7 bins of equal width, [low, high).',
  ]);
});
