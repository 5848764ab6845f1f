import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import type { LoraSite } from '../../../src/ports/language-model.ts';
import { adamStep } from '../../../src/training/adam.ts';
import { freshOptimizerState } from '../../../src/training/optimizer-state.ts';
import { parametersOf, trainBatch } from '../../../src/training/train-batch.ts';
import type { TrainingPass } from '../../../src/training/training-pass.ts';
import { assertClose } from '../../support/assert-close.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { tinyBatch, tinySample } from '../../support/training-batches.ts';

const sites: readonly LoraSite[] = [
  { layer: 1, projection: 'q', a: Float32Array.of(0.5), b: Float32Array.of(0.25) },
];
const start = { sites, optimizer: freshOptimizerState(parametersOf(sites)) };

/**
 * A network of one number, `a + b`: it says digit 9 with probability `1 / (1 + e^−(a + b))`, else digit 0. Its
 * gradient with respect to either weight is the sample's target, whatever the weights.
 */
class OneNumber implements TrainingPass {
  readonly differentiated: string[] = [];
  readonly targets: number[] = [];
  readonly scalings = new Set<number>();
  gradient = (target: number): number => target;

  measure(...[, lora]: Parameters<TrainingPass['measure']>): Promise<Float32Array> {
    this.scalings.add(lora.scaling);
    const [a, b] = parametersOf(lora.sites) as [Float32Array, Float32Array];
    const p = 1 / (1 + Math.exp(-(a[0]! + b[0]!)));
    const logs = new Float32Array(10).fill(-Infinity);
    logs[0] = Math.log(1 - p);
    logs[9] = Math.log(p);
    return Promise.resolve(logs);
  }

  differentiate(
    ...[sample, , loss]: Parameters<TrainingPass['differentiate']>
  ): ReturnType<TrainingPass['differentiate']> {
    this.differentiated.push(sample.questionId);
    this.targets.push(loss.target);
    const gradient = this.gradient(sample.target);
    const gradients = [Float32Array.of(gradient), Float32Array.of(gradient)];
    return Promise.resolve({ loss: sample.target, gradients });
  }
}

const batchOf = (changes: Partial<TrainingBatch>): TrainingBatch =>
  tinyBatch({ loss: 'squared', lossParameters: { maxStep: 1 }, ...changes });

const samples = [
  tinySample('one', { target: 0.25 }),
  tinySample('two', { target: 0.75 }),
  tinySample('old', { target: 0.5, role: 'replayed' }),
  tinySample('out', { target: 0.5, role: 'held-out' }),
];

describe('trainBatch', () => {
  it('takes a clipped step of Adam down the mean gradient of each of its steps', async () => {
    const pass = new OneNumber();
    const batch = batchOf({ samples, steps: [[0, 1], [2]] });
    const outcome = await trainBatch(batch, start, pass);
    assert.deepEqual(pass.differentiated, ['one', 'two', 'old']);
    assert.deepEqual([...pass.scalings], [2]);
    // Means (0.25 + 0.75) / 2 and 0.5; both weights, so a norm of 0.5 · √2, below the clip of 1.
    assert.deepEqual(outcome.steps, [
      { loss: 0.5, gradientNorm: Math.hypot(0.5, 0.5) },
      { loss: 0.5, gradientNorm: Math.hypot(0.5, 0.5) },
    ]);
    const gradients = [Float64Array.of(0.5), Float64Array.of(0.5)];
    const once = adamStep(parametersOf(sites), gradients, start.optimizer, batch.optimizer);
    const twice = adamStep(once.parameters, gradients, once.state, batch.optimizer);
    assert.deepEqual(parametersOf(outcome.sites), twice.parameters);
    assert.deepEqual(outcome.optimizer, twice.state);
    assert.deepEqual(sites[0]?.a, Float32Array.of(0.5));
  });

  it('clips the mean, not the samples', async () => {
    const pass = new OneNumber();
    pass.gradient = (target) => (target < 0.5 ? -30 : 30.02);
    const { steps, optimizer } = await trainBatch(
      batchOf({ samples, steps: [[0, 1]] }),
      start,
      pass,
    );
    // Mean 0.01: nothing to clip. Adam's first moment is (1 − 0.9) of it; 30.02 is rounded to float32.
    assertClose(steps[0]?.gradientNorm, 0.01 * Math.SQRT2, 1e-6);
    assertClose(optimizer.mean[0]?.[0], 0.001, 1e-7);
  });

  it('measures losses over what is trained on, errors over what is held out, confidence over all', async () => {
    const outcome = await trainBatch(batchOf({ samples }), start, new OneNumber());
    // c = 0.05 + 0.9 p, p = 1 / (1 + e^−0.75).
    const c = 0.05 + 0.9 / (1 + Math.exp(-0.75));
    const loss = ((c - 0.25) ** 2 + (c - 0.75) ** 2 + (c - 0.5) ** 2) / 3;
    assertClose(outcome.loss?.before, loss, 1e-6);
    assertClose(outcome.heldOutError?.before, c - 0.5, 1e-6);
    assertClose(outcome.meanConfidence?.before, c, 1e-6);
    // Both weights went down by the rate of 0.01.
    const after = 0.05 + 0.9 / (1 + Math.exp(-0.73));
    assertClose(outcome.meanConfidence?.after, after, 1e-5);
    assertClose(outcome.heldOutError?.after, after - 0.5, 1e-5);
  });

  it('bounds a replayed sample from where it is said now, not from where it was when it was taken', async () => {
    const pass = new OneNumber();
    const taken = { target: 0.2, confidence: 0.9 };
    const batch = batchOf({
      lossParameters: { maxStep: 0.1 },
      samples: [tinySample('new', taken), tinySample('old', { ...taken, role: 'replayed' })],
    });
    await trainBatch(batch, start, pass);
    const c = 0.05 + 0.9 / (1 + Math.exp(-0.75));
    // At c = 0.66 a bound of 0.9 − 0.1 would pull it up again, away from 0.2.
    assertClose(pass.targets[0], 0.8, 1e-12);
    assertClose(pass.targets[1], c - 0.1, 1e-6);
  });

  it('has no held-out error without held-out samples', async () => {
    const outcome = await trainBatch(
      batchOf({ samples: samples.slice(0, 2) }),
      start,
      new OneNumber(),
    );
    assert.equal(outcome.heldOutError, null);
  });

  it('refuses gradients that are not finite', async () => {
    for (const gradient of [Number.NaN, Infinity]) {
      const pass = new OneNumber();
      pass.gradient = () => gradient;
      const trained = trainBatch(batchOf({ samples }), start, pass);
      await expectFailure(trained, 'TRAINING_FAILED');
    }
  });

  it('refuses measures that are not finite', async () => {
    const broken = [{ ...sites[0]!, a: Float32Array.of(Number.NaN) }];
    const trained = trainBatch(batchOf({ samples }), { ...start, sites: broken }, new OneNumber());
    await expectFailure(trained, 'TRAINING_FAILED');
  });
});
