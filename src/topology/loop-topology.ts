import type { GateOptions } from '../drift/gate.ts';
import type { AdapterScope } from '../events/adapter-scope.ts';
import type { LoraSettings, LossName, OptimizerSettings } from '../events/training-batch.ts';
import type { Accumulation, GuardOptions, TrainingMode } from '../learning/learning-options.ts';
import type { TargetOptions } from '../secl/training-target.ts';

/** When bursts open, and how long they are. */
export type TopologyGate = GateOptions;

/** Where a worker's batches are trained: by the worker, or by a process of their own. */
export const TRAINER_PLACES = ['embedded', 'service'] as const;

/** One of {@link TRAINER_PLACES}. */
export type TrainerPlace = (typeof TRAINER_PLACES)[number];

/** How the questions of a burst train the adapter. */
export interface TopologyTraining {
  readonly mode: TrainingMode;
  /** Where `secl run` has batches trained; a replay trains in its own process. */
  readonly trainer: TrainerPlace;
  /** What confidence should move towards. */
  readonly target: TargetOptions;
  /** Least distance of target from confidence for a question to be trained on, a fraction. */
  readonly minimumGap: number;
  readonly accumulation: Accumulation;
  readonly loss: LossName;
  /** How far a bounded loss may move a confidence, a fraction. */
  readonly maxStep: number;
  /** Optimizer steps a batch. */
  readonly steps: number;
  /** Samples a step. */
  readonly samplesPerStep: number;
  /** Share of a step's samples that are drawn from earlier ones. */
  readonly replayShare: number;
  /** Earlier samples that are remembered. */
  readonly memorySize: number;
  /** Most remembered samples of one record key. */
  readonly maxSamplesPerKey: number;
  readonly lora: LoraSettings;
  readonly optimizer: OptimizerSettings;
  readonly guard: GuardOptions;
}

/** Where the adapter acts. */
export interface TopologyAdapter {
  readonly scope: AdapterScope;
}
