import type { TrainingBatch, TrainingSample } from '../../src/events/training-batch.ts';
import { namedNumbers, TINY } from './tiny-network.ts';

/** Hash that tests give the tiny network's file. */
export const TINY_SHA256 = 'ab'.repeat(32);

/** Token ids of a prompt, drawn by a name; those of `make-training-golden.py`. */
export function namedTokens(name: string, count: number): readonly number[] {
  return Array.from(namedNumbers(name, count, 1), (x) =>
    Math.floor(((x + 1) / 2) * TINY.vocabularySize),
  );
}

/** A sample of named tokens, adapted from its last position on. */
export function tinySample(name: string, changes: Partial<TrainingSample> = {}): TrainingSample {
  const tokenIds = namedTokens(name, 20);
  return {
    questionId: name,
    tokenIds,
    adaptFrom: tokenIds.length - 1,
    target: 0.95,
    confidence: 0.5,
    role: 'new',
    ...changes,
  };
}

/** A batch for the tiny network without a parent: two samples, one step. */
export function tinyBatch(changes: Partial<TrainingBatch> = {}): TrainingBatch {
  return {
    batchId: 'batch-1',
    lineage: 'test',
    ordinal: 1,
    scope: 'position',
    confidenceTokenIds: [40, 41, 42, 43, 44, 45, 46, 47, 48, 49],
    loss: 'two-hot',
    lossParameters: { maxStep: 0.2 },
    lora: { rank: 4, alpha: 8, projections: ['q', 'v', 'o'], lastLayers: 2 },
    optimizer: {
      name: 'adam',
      learningRate: 1e-2,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      clipNorm: 1,
    },
    parentVersion: 0,
    parentSha256: null,
    parentOptimizerSha256: null,
    baseSha256: TINY_SHA256,
    seed: 7,
    samples: [tinySample('one'), tinySample('two')],
    steps: [[0, 1]],
    ...changes,
  };
}
