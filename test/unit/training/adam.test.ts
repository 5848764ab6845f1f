import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OptimizerName, OptimizerSettings } from '../../../src/events/training-batch.ts';
import { adamStep } from '../../../src/training/adam.ts';
import { freshOptimizerState } from '../../../src/training/optimizer-state.ts';
import { assertClose } from '../../support/assert-close.ts';
import { namedNumbers } from '../../support/tiny-network.ts';
import { readTrainingGolden } from '../../support/training-golden.ts';

const settings = (changes: Partial<OptimizerSettings>): OptimizerSettings => ({
  name: 'adam',
  learningRate: 0.05,
  beta1: 0.8,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: Infinity,
  ...changes,
});

describe('adamStep', () => {
  const golden = readTrainingGolden('adam') as readonly {
    readonly name: OptimizerName;
    readonly weightDecay: number;
    readonly steps: readonly (readonly number[])[];
  }[];
  for (const { name, weightDecay, steps } of golden) {
    it(`is PyTorch's ${name} with a decay of ${weightDecay}, step after step`, () => {
      let parameters: readonly Float32Array[] = [namedNumbers('adam.start', 8, 1)];
      let state = freshOptimizerState(parameters);
      for (const [step, expected] of steps.entries()) {
        const gradient = Float64Array.from(namedNumbers(`adam.gradient.${step}`, 8, 0.3));
        const moved = adamStep(parameters, [gradient], state, settings({ name, weightDecay }));
        ({ parameters, state } = moved);
        // PyTorch rounds every operation to float32, some ten of 6e-8 a step.
        expected.forEach((value, i) => {
          assertClose(parameters[0]![i], value, 1e-6, `step ${step}, entry ${i}`);
        });
      }
      assert.equal(state.step, 3);
    });
  }

  it('leaves a weight without gradient where it is', () => {
    const start = [Float32Array.of(1, 2)];
    const { parameters } = adamStep(
      start,
      [new Float64Array(2)],
      freshOptimizerState(start),
      settings({}),
    );
    assert.deepEqual(parameters, start);
  });

  it('changes nothing in place', () => {
    const start = [Float32Array.of(1)];
    const state = freshOptimizerState(start);
    adamStep(start, [Float64Array.of(3)], state, settings({}));
    assert.deepEqual(start, [Float32Array.of(1)]);
    assert.deepEqual(state, freshOptimizerState(start));
  });
});
