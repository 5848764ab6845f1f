import type { AdapterScope } from '../events/adapter-scope.ts';
import type { LoraSettings, LossName, OptimizerSettings } from '../events/training-batch.ts';
import type { TargetOptions } from '../secl/training-target.ts';

/**
 * Whether the worker waits for the adapter of each batch (`barrier`: a replay is reproducible bit for bit), goes
 * on meanwhile (`async`), or never trains (`off`).
 */
export const TRAINING_MODES = ['off', 'barrier', 'async'] as const;

/** One of {@link TRAINING_MODES}. */
export type TrainingMode = (typeof TRAINING_MODES)[number];

/** Over what updates add up, before the adapter is begun afresh. `domain` reads the domain, so it is a control. */
export const ACCUMULATIONS = ['stream', 'burst', 'domain', 'question'] as const;

/** One of {@link ACCUMULATIONS}. */
export type Accumulation = (typeof ACCUMULATIONS)[number];

/** When a new adapter is not put in place. */
export interface GuardOptions {
  /** Most that mean confidence over a batch's samples may move, a fraction. */
  readonly maxMeanShift: number;
  /** Every so many samples of a burst one is held out, whatever its distance from the target; at least 2. */
  readonly heldOutEvery: number;
  /** Most that the mean distance from the held-out targets may grow, a fraction. */
  readonly maxHeldOutRise: number;
  /** Questions that are asked under a new adapter and the one before, to roll it back by; 0: it is not tried. */
  readonly trialQuestions: number;
  /** Farthest that an adapter may move the model's weights from base, the norm of all that it adds; above 0. */
  readonly maxDrift: number;
  /** Refusals in a row after which training rests. */
  readonly refusals: number;
  /** Questions that it rests for. */
  readonly restQuestions: number;
}

/** The loop's settings, as a topology gives them. */
export interface LearningOptions {
  readonly lineage: string;
  readonly baseSha256: string;
  readonly confidenceTokenIds: readonly number[];
  readonly seed: number;
  readonly target: TargetOptions;
  /** A question is trained on where its target lies further than this from its confidence, a fraction. */
  readonly minimumGap: number;
  readonly scope: AdapterScope;
  readonly accumulation: Accumulation;
  readonly loss: LossName;
  /** How far a bounded loss may move a confidence, a fraction. */
  readonly maxStep: number;
  /** Optimizer steps a batch. */
  readonly steps: number;
  /** Samples a step. */
  readonly samplesPerStep: number;
  /** Share of a step's samples that are drawn from earlier ones, where there are any. */
  readonly replayShare: number;
  /** Earlier samples that are remembered. */
  readonly memorySize: number;
  /** Most samples that one record key may have among those remembered, those that wait, and those watched. */
  readonly maxSamplesPerKey: number;
  readonly lora: LoraSettings;
  readonly optimizer: OptimizerSettings;
  readonly guard: GuardOptions;
}
