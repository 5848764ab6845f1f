import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { trainingGraphs, trainingLayout } from '../../../src/training/plan-training.ts';
import { TINY, tinyGguf } from '../../support/tiny-network.ts';

const network = describeNetwork(readGguf(tinyGguf('llama')));

describe('trainingLayout', () => {
  it('holds every layer’s weights and the final norm, each once, without embedding and head', () => {
    const { items } = trainingLayout(network);
    const tensors = items.flatMap((item) =>
      item.kind === 'weight' ? item.recipe.sources.map(({ tensor }) => tensor) : [],
    );
    assert.equal(new Set(tensors).size, tensors.length);
    // Seven projections and two norms a layer.
    assert.equal(tensors.length, 9 * TINY.layers + 1);
    assert.ok(!tensors.includes('token_embd.weight'));
  });
});

describe('trainingGraphs', () => {
  const layout = trainingLayout(network);

  it('has no graph below where every layer is trained', () => {
    const of = (lastLayers: number): boolean =>
      trainingGraphs(network, { lastLayers, projections: ['q'] }, layout).below === undefined;
    assert.deepEqual([of(1), of(2), of(3)], [false, false, true]);
  });

  it('gives equal bytes for equal choices', () => {
    const targets = { lastLayers: 2, projections: ['q', 'v'] } as const;
    assert.deepEqual(
      trainingGraphs(network, targets, layout),
      trainingGraphs(network, targets, layout),
    );
  });
});
