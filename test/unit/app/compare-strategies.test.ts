import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BASE_STRATEGIES,
  baseTopology,
  leanTopology,
} from '../../../src/app/compare-strategies.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';

const topology = await loadTopology();

describe('baseTopology', () => {
  it('computes a strategy and nothing beside it', () => {
    for (const { run } of Object.values(BASE_STRATEGIES)) {
      const { scoring, confidence, gate, training } = baseTopology(topology, run);
      assert.equal(training.mode, 'off');
      assert.equal(gate.kind, 'never');
      assert.ok(scoring.scores.includes(confidence.published));
      assert.equal(scoring.when, run === 'pTrue' || run === 'normalizedPTrue' ? 'always' : 'never');
    }
    assert.equal(baseTopology(topology, 'verbalized').confidence.evidence, 'none');
    assert.equal(
      baseTopology(topology, 'evidence').confidence.evidence,
      topology.confidence.evidence,
    );
    assert.deepEqual(baseTopology(topology, 'pTrue').scoring.scores, [
      'answerProbability',
      'tokenCertainty',
      'pTrue',
    ]);
    assert.equal(baseTopology(topology, 'sampled').scoring.normalization, 'dinco-self');
  });
});

describe('leanTopology', () => {
  it('keeps what the method reads', () => {
    const { scoring } = leanTopology(topology);
    assert.deepEqual(scoring.scores, [
      'answerProbability',
      'tokenCertainty',
      'pTrue',
      'normalizedPTrue',
    ]);
  });

  it('leaves out judging where no signal is judged', () => {
    const { training } = topology;
    const target = { ...training.target, signals: ['tokenCertainty'] as const };
    const free = { ...topology, training: { ...training, target } };
    assert.deepEqual(leanTopology(free).scoring.scores, ['answerProbability', 'tokenCertainty']);
  });
});
