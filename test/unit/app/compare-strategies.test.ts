import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BASE_STRATEGIES,
  baseStrategy,
  baseTopology,
  leanTopology,
} from '../../../src/app/compare-strategies.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import type { SignalName } from '../../../src/secl/training-target.ts';
import type { Topology } from '../../../src/topology/topology.ts';

const topology = await loadTopology();
const towards = (signals: readonly SignalName[]): Topology => {
  const { training } = topology;
  return { ...topology, training: { ...training, target: { ...training.target, signals } } };
};
const FREE = ['tokenCertainty', 'answerProbability'] as const;

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

describe('baseStrategy', () => {
  it('reads the combination off what its signals need', () => {
    const free = baseStrategy('combined', towards(FREE));
    assert.deepEqual([free.run, free.phases], ['verbalized', ['answer']]);
    const judged = baseStrategy('combined', towards([...FREE, 'normalizedPTrue']));
    assert.deepEqual([judged.run, judged.phases], ['normalizedPTrue', ['answer', 'scoring']]);
    assert.equal(baseStrategy('pTrue', towards(FREE)).run, 'pTrue');
  });
});

describe('leanTopology', () => {
  it('keeps what the method reads', () => {
    const { scoring } = leanTopology(towards(['tokenCertainty', 'normalizedPTrue']));
    assert.deepEqual(scoring.scores, [
      'answerProbability',
      'tokenCertainty',
      'pTrue',
      'normalizedPTrue',
    ]);
  });

  it('leaves out judging where no signal is judged', () => {
    const { scoring } = leanTopology(towards(FREE));
    assert.deepEqual(scoring.scores, ['answerProbability', 'tokenCertainty']);
  });
});
