import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryDefinition } from '../../../src/report/summary-definition.ts';

test('a definition says what was asked for', () => {
  assert.deepEqual(summaryDefinition({ bins: 7, resamples: 0, simulations: 9, seed: 3 }), {
    estimator: 'ece-equal-width',
    bins: 7,
    edgeRule: '[low, high), last closed',
    interval: { kind: 'reflected', level: 0.95, resamples: 0 },
    floorSimulations: 9,
    seed: 3,
  });
});
