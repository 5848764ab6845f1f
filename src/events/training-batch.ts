import type { AdapterScope } from './adapter-scope.ts';

/** What a sample is there for. `held-out`: measured before and after, never trained on. */
export const SAMPLE_ROLES = ['new', 'replayed', 'held-out'] as const;

/** One of {@link SAMPLE_ROLES}. */
export type SampleRole = (typeof SAMPLE_ROLES)[number];

/** One confidence prompt with its target, on its own enough to train on. */
export interface TrainingSample {
  readonly questionId: string;
  /** The whole confidence prompt. */
  readonly tokenIds: readonly number[];
  /** First position the adapter acts on: the last one, the first of the confidence turn, or 0. */
  readonly adaptFrom: number;
  /** Confidence the sample should move towards, in `[0, 1]`. */
  readonly target: number;
  /** Confidence when the sample was taken, in `[0, 1]`. */
  readonly confidence: number;
  readonly role: SampleRole;
}

/**
 * Losses over the ten renormalised digit probabilities `p`, `c` their expected confidence. With `t` the
 * target, `c0` the confidence when the sample was taken, and `clip(t)` the target held to within
 * `maxStep` of `c0`:
 * - `one-bin`: cross-entropy to the bin next to `c0`'s in the target's direction (bounded);
 * - `squared`: `(c − clip(t))²` (bounded);
 * - `two-hot`: cross-entropy to the two bins around `t`, so weighted that their mean is `t`;
 * - `two-hot-clipped`: the same around `clip(t)` (bounded);
 * - `target-bin`: cross-entropy to the target's own bin, the unbounded control.
 */
export const LOSS_NAMES = [
  'one-bin',
  'squared',
  'two-hot',
  'two-hot-clipped',
  'target-bin',
] as const;

/** One of {@link LOSS_NAMES}. */
export type LossName = (typeof LOSS_NAMES)[number];

/** LoRA's shape. */
export interface LoraSettings {
  readonly rank: number;
  /** `lora_alpha`; the scaling is `alpha / rank`. */
  readonly alpha: number;
  /** Of `q`, `k`, `v`, `o`, `gate`, `up`, `down`. */
  readonly projections: readonly string[];
  /** How many of the model's last layers carry it. */
  readonly lastLayers: number;
}

/** Optimizers. `adamw` decays weights apart from the gradient. */
export const OPTIMIZER_NAMES = ['adam', 'adamw'] as const;

/** One of {@link OPTIMIZER_NAMES}. */
export type OptimizerName = (typeof OPTIMIZER_NAMES)[number];

/** How weights are moved. */
export interface OptimizerSettings {
  readonly name: OptimizerName;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Most L2 norm of the whole gradient; a longer one is scaled down to it. */
  readonly clipNorm: number;
}

/** What a trainer needs, and nothing it must look up, on `qa.training-batches`. May still change. */
export interface TrainingBatch {
  /** Hash of lineage and ordinal. */
  readonly batchId: string;
  readonly lineage: string;
  /** From 1; the version of the adapter that comes of it. */
  readonly ordinal: number;
  readonly scope: AdapterScope;
  /** Ids of the ten digit tokens, 0 to 9. */
  readonly confidenceTokenIds: readonly number[];
  readonly loss: LossName;
  /** `maxStep`: how far a bounded loss may move a confidence, a fraction. */
  readonly lossParameters: Readonly<Record<string, number>>;
  readonly lora: LoraSettings;
  readonly optimizer: OptimizerSettings;
  /** Adapter to start from; 0: none yet, fresh weights are drawn with `seed`. */
  readonly parentVersion: number;
  /** SHA-256 of the parent's weights; `null` without a parent. */
  readonly parentSha256: string | null;
  /** SHA-256 of the parent's optimizer state; `null`: moments start at zero. */
  readonly parentOptimizerSha256: string | null;
  /** SHA-256 of the base model's file. */
  readonly baseSha256: string;
  readonly seed: number;
  readonly samples: readonly TrainingSample[];
  /** Optimizer steps in order; each is the indices into `samples` whose mean loss it descends. None is held out. */
  readonly steps: readonly (readonly number[])[];
}
