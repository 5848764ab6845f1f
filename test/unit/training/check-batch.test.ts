import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import type { NetworkConfig } from '../../../src/graph/network.ts';
import { checkBatch, trainingFailed } from '../../../src/training/check-batch.ts';
import { TINY } from '../../support/tiny-network.ts';
import { TINY_SHA256, tinyBatch, tinySample } from '../../support/training-batches.ts';

const config: NetworkConfig = {
  ...TINY,
  architecture: 'llama',
  kvHeads: 2,
  normEpsilon: 1e-5,
  ropeTheta: 10_000,
};

describe('checkBatch', () => {
  it('gives the sites of a batch that makes sense', () => {
    assert.deepEqual(checkBatch(tinyBatch(), config, TINY_SHA256), {
      lastLayers: 2,
      projections: ['q', 'v', 'o'],
    });
  });

  const { optimizer, lora } = tinyBatch();
  const hash = 'ef'.repeat(32);
  const one = tinySample('one');
  const alone = (changes: Partial<typeof one>): Partial<TrainingBatch> => ({
    samples: [{ ...one, ...changes }],
    steps: [[0]],
  });
  const faults: readonly (readonly [string, Partial<TrainingBatch>, RegExp])[] = [
    ['another base model', { baseSha256: hash }, /for the model/],
    ['no ordinal', { ordinal: 0 }, /ordinal/],
    ['a parent that is not older', { parentVersion: 1, parentSha256: hash }, /parent 1/],
    ['a parent without weights', { ordinal: 2, parentVersion: 1 }, /parent without/],
    ['weights without a parent', { parentSha256: hash }, /without a parent/],
    ['a state without weights', { parentOptimizerSha256: hash }, /without weights/],
    ['no samples', { samples: [] }, /no samples/],
    ['nine digits', { confidenceTokenIds: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, /digit/],
    ['an empty prompt', alone({ tokenIds: [] }), /0 tokens/],
    ['a prompt beyond the context', alone({ tokenIds: Array<number>(65).fill(1) }), /65 tokens/],
    ['an unknown token', alone({ tokenIds: [96] }), /token/],
    ['a start beyond the prompt', alone({ adaptFrom: 20 }), /adapts from 20/],
    ['a confidence above 1', alone({ confidence: 1.5 }), /fraction/],
    ['no steps', { steps: [] }, /step/],
    ['an empty step', { steps: [[]] }, /step/],
    ['a step over a sample that is not there', { steps: [[2]] }, /step/],
    ['a step over a held-out sample', alone({ role: 'held-out' }), /held out/],
    ['a rate that is no number', { optimizer: { ...optimizer, learningRate: NaN } }, /optimizer/],
    ['a moment that never forgets', { optimizer: { ...optimizer, beta2: 1 } }, /optimizer/],
    ['a negative decay', { optimizer: { ...optimizer, weightDecay: -1 } }, /decays/],
    ['a clip of 0', { optimizer: { ...optimizer, clipNorm: 0 } }, /clips/],
    ['a step of 0', { lossParameters: { maxStep: 0 } }, /at most 0/],
    ['rank 0', { lora: { ...lora, rank: 0 } }, /rank 0/],
    ['more layers than there are', { lora: { ...lora, lastLayers: 4 } }, /4 of 3/],
    ['no layers', { lora: { ...lora, lastLayers: 0 } }, /0 of 3/],
    ['an unknown projection', { lora: { ...lora, projections: ['q', 'x'] } }, /q,x/],
  ];
  for (const [what, changes, message] of faults) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => checkBatch(tinyBatch(changes), config, TINY_SHA256),
        (error) =>
          error instanceof SeclError &&
          error.code === 'TRAINING_FAILED' &&
          message.test(error.message),
      );
    });
  }

  it('names the batch', () => {
    assert.match(trainingFailed(tinyBatch(), 'is odd').message, /batch-1 is odd/);
  });
});
