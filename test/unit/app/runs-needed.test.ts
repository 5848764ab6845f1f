import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { runsNeeded } from '../../../src/app/runs-needed.ts';
import { STRATEGY_NAMES } from '../../../src/report/compare-summary.ts';

const topology = await loadTopology();

test('strategies that are read off one run count once', () => {
  const free = ['verbalized', 'answerProbability', 'isotonic', 'temperatureScaled'] as const;
  assert.equal(runsNeeded(free, topology), 1);
  assert.equal(runsNeeded(['dinco', 'selfConsistency', 'secl'], topology), 3);
  // Plain, with evidence, P(True), NormPTrue, DINCO's, its samples, and the two that train.
  assert.equal(runsNeeded(STRATEGY_NAMES, topology), 8);
  assert.equal(runsNeeded([], topology), 0);
});
