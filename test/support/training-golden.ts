import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/app/package-root.ts';
import type { LossName, TrainingBatch } from '../../src/events/training-batch.ts';
import type { LoraSiteSpec } from '../../src/graph/lora-sites.ts';
import type { Projection } from '../../src/graph/network.ts';
import type { LoraSite } from '../../src/ports/language-model.ts';
import { namedNumbers } from './tiny-network.ts';
import { tinyBatch } from './training-batches.ts';

/** A step of PyTorch and PEFT, as `test/golden/training/make-training-golden.py` writes it. */
export interface GoldenStep {
  readonly loss: LossName;
  readonly samples: readonly {
    readonly tokenIds: readonly number[];
    readonly adaptFrom: number;
    readonly target: number;
    readonly confidence: number;
  }[];
  readonly lora: {
    readonly rank: number;
    readonly alpha: number;
    readonly projections: readonly Projection[];
    readonly lastLayers: number;
    readonly scaleA: number;
    readonly scaleB: number;
  };
  readonly digits: readonly number[];
  readonly optimizer: {
    readonly learningRate: number;
    readonly epsilon: number;
    readonly clipNorm: number;
  };
  readonly maxStep: number;
  /** By sample, before the step. */
  readonly logProbabilities: readonly (readonly number[])[];
  readonly lossBefore: number;
  readonly lossAfter: number;
  /** Before it was clipped. */
  readonly gradientNorm: number;
  /** By `LAYER.PROJECTION.a|b`: every `stride`-th entry of the gradient, and how far the step moved it. */
  readonly matrices: Readonly<
    Record<
      string,
      {
        readonly norm: number;
        readonly stride: number;
        readonly gradient: readonly number[];
        readonly moved: readonly number[];
      }
    >
  >;
}

/** A golden file of `test/golden/training`. */
export function readTrainingGolden(name: string): unknown {
  const path = join(packageRoot(), `test/golden/training/${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The batch that a golden step trained. */
export function goldenBatch(step: GoldenStep): TrainingBatch {
  const { optimizer } = tinyBatch();
  return tinyBatch({
    loss: step.loss,
    lossParameters: { maxStep: step.maxStep },
    confidenceTokenIds: step.digits,
    lora: step.lora,
    optimizer: { ...optimizer, ...step.optimizer },
    samples: step.samples.map((sample, index) => ({
      ...sample,
      questionId: String(index),
      role: 'new',
    })),
    steps: [step.samples.map((_, index) => index)],
  });
}

/** The LoRA weights that a golden step started from. */
export function goldenSites(step: GoldenStep, specs: readonly LoraSiteSpec[]): readonly LoraSite[] {
  const { rank, scaleA, scaleB } = step.lora;
  return specs.map(({ layer, projection, inputSize, outputSize }) => ({
    layer,
    projection,
    a: namedNumbers(`${layer}.${projection}.A`, rank * inputSize, scaleA),
    b: namedNumbers(`${layer}.${projection}.B`, rank * outputSize, scaleB),
  }));
}
