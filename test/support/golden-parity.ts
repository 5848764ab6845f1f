import assert from 'node:assert/strict';
import { join } from 'node:path';
import { prepareTrainingFolder } from '../../src/adapters/trainer/training-folder.ts';
import { TrainingSessions } from '../../src/adapters/trainer/training-sessions.ts';
import { openModelFile } from '../../src/adapters/trainer/model-file.ts';
import { readGguf } from '../../src/gguf/read-gguf.ts';
import { describeNetwork } from '../../src/model/describe-network.ts';
import { tensorRows } from '../../src/model/tensor-rows.ts';
import { lossTarget } from '../../src/training/loss-target.ts';
import { freshOptimizerState } from '../../src/training/optimizer-state.ts';
import { parametersOf, trainBatch } from '../../src/training/train-batch.ts';
import { assertClose } from './assert-close.ts';
import { goldenBatch, goldenSites, type GoldenStep } from './training-golden.ts';
import { TINY_SHA256 } from './training-batches.ts';

/** How near a step must come to PyTorch's. */
export interface ParityTolerance {
  /** Of a loss, relative to 1 + the loss. */
  readonly loss: number;
  /** Of a gradient's entry, as a share of the largest that its matrix has. */
  readonly gradient: number;
  /** Of how far a weight is moved, as a share of the learning rate. */
  readonly moved: number;
}

/** What was off, at most, in the units of {@link ParityTolerance}. */
export type ParityReport = ParityTolerance;

/** Trains a golden step and compares losses, every LoRA gradient, and every weight after the step. */
export async function checkGoldenStep(
  ggufPath: string,
  folder: string,
  step: GoldenStep,
  tolerance: ParityTolerance,
): Promise<ParityReport> {
  const file = openModelFile(ggufPath);
  const header = readGguf(file);
  const network = describeNetwork(header);
  const read = tensorRows(header, file);
  const { lastLayers, projections } = step.lora;
  const targets = { lastLayers, projections };
  const paths = await prepareTrainingFolder(
    join(folder, 'training'),
    TINY_SHA256,
    network,
    targets,
    read,
  );
  const sessions = await TrainingSessions.open({
    ...{ paths, network, targets, read },
    ...{ threads: 2, frozenBytes: 1e9 },
  });
  try {
    const batch = goldenBatch(step);
    const sites = goldenSites(step, sessions.sites);
    const { rank, alpha } = step.lora;
    const lora = { rank, scaling: alpha / rank, sites };
    const pass = sessions.pass(step.digits, () => Promise.resolve());
    const off = { loss: 0, gradient: 0, moved: 0 };

    const count = step.samples.length;
    const sums = parametersOf(sites).map(({ length }) => new Float64Array(length));
    for (const [index, sample] of batch.samples.entries()) {
      const logProbabilities = await pass.measure(sample, lora);
      logProbabilities.forEach((value, digit) => {
        const expected = step.logProbabilities[index]?.[digit] ?? Number.NaN;
        off.loss = Math.max(off.loss, Math.abs(value - expected) / (1 + Math.abs(expected)));
      });
      const target = lossTarget(step.loss, sample, step.maxStep);
      const { gradients } = await pass.differentiate(sample, lora, target);
      gradients.forEach((gradient, parameter) => {
        gradient.forEach((value, i) => (sums[parameter]![i]! += value / count));
      });
    }
    const optimizer = freshOptimizerState(parametersOf(sites));
    const outcome = await trainBatch(batch, { sites, optimizer }, pass);
    const losses = [outcome.loss?.before, outcome.steps[0]?.loss, outcome.loss?.after];
    [step.lossBefore, step.lossBefore, step.lossAfter].forEach((expected, index) => {
      const value = losses[index] ?? Number.NaN;
      off.loss = Math.max(off.loss, Math.abs(value - expected) / (1 + Math.abs(expected)));
    });
    assertClose(
      outcome.steps[0]?.gradientNorm,
      step.gradientNorm,
      tolerance.gradient * step.gradientNorm,
      'norm of the gradient',
    );
    sites.forEach(({ layer, projection, a, b }, site) => {
      const after = outcome.sites[site]!;
      for (const [side, index, before, now] of [
        ['a', 2 * site, a, after.a],
        ['b', 2 * site + 1, b, after.b],
      ] as const) {
        const golden = step.matrices[`${layer}.${projection}.${side}`];
        assert.ok(golden !== undefined, `${layer}.${projection}.${side}`);
        const gradient = sums[index]!;
        const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const norm = Math.hypot(...gradient);
        off.gradient = Math.max(off.gradient, Math.abs(norm - golden.norm) / golden.norm);
        golden.gradient.forEach((expected, i) => {
          const at = i * golden.stride;
          const gap = Math.abs(gradient[at]! - expected) / largest;
          off.gradient = Math.max(off.gradient, gap);
          const moved = now[at]! - before[at]!;
          const error = Math.abs(moved - golden.moved[i]!) / step.optimizer.learningRate;
          off.moved = Math.max(off.moved, error);
        });
      }
    });
    for (const key of ['loss', 'gradient', 'moved'] as const) {
      assert.ok(
        off[key] <= tolerance[key],
        `${key} is off by ${off[key]}, more than ${tolerance[key]}`,
      );
    }
    return off;
  } finally {
    await sessions.close();
    file.close();
  }
}
