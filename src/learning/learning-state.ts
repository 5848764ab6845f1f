import type { LoraSettings, TrainingSample } from '../events/training-batch.ts';
import type { AdapterTrial } from './adapter-trial.ts';
import { EMPTY_PROBE, type TruthProbe } from '../secl/truth-probe.ts';

/** The adapter that acts. */
export interface ActiveAdapter {
  readonly version: number;
  readonly sha256: string;
  readonly optimizerSha256: string | null;
  /** What is trained on top of it has the same; an imported one's may differ from the topology's. Absent: the topology's. */
  readonly lora?: LoraSettings;
}

/** A remembered sample, and the key of the record that it came from. */
export interface RememberedSample {
  readonly sample: TrainingSample;
  readonly key: string;
}

/** A batch under way, and the new samples that its steps descend. */
export interface AwaitedBatch {
  readonly batchId: string;
  readonly ordinal: number;
  readonly samples: readonly RememberedSample[];
  /** What its adapter would add to was given up meanwhile: it must not act any more. Absent: it was not. */
  readonly outdated?: true;
}

/** What a partition's learning has come to; a fold over its answers and its adapters. */
export interface LearningState {
  readonly active: ActiveAdapter | null;
  /** Adapter that acted before, to fall back to. */
  readonly previous: ActiveAdapter | null;
  /** What is known of the active one by trial against the previous one; `null`: it is not on trial. */
  readonly trial: AdapterTrial | null;
  /** Ordinal of the newest batch, 0 before the first. */
  readonly ordinal: number;
  /** The batch whose adapter has not come yet. */
  readonly awaiting: AwaitedBatch | null;
  readonly frozen: boolean;
  /** Next offset of the decisions' topic: what stands before has been obeyed. */
  readonly decisionsRead: number;
  /** Adapters refused in a row. */
  readonly refusals: number;
  /** Answers seen when training may go on again; 0: it does not rest. */
  readonly restUntil: number;
  /** Answers seen. */
  readonly answered: number;
  /** Samples offered to the memory since it was last empty: decides what it forgets. */
  readonly sampled: number;
  readonly burst: number;
  readonly domain: string | null;
  /** Samples that the burst has given so far, whatever became of them. */
  readonly burstSamples: number;
  readonly probe: TruthProbe;
  /** Samples that wait for the next batch. */
  readonly fresh: readonly RememberedSample[];
  /** Samples of this burst that are watched, not trained on. */
  readonly heldOut: readonly RememberedSample[];
  /** Earlier samples, one a slot. */
  readonly memory: readonly RememberedSample[];
  /** New samples of accepted batches: the questions trained on. */
  readonly trainedQuestions: number;
  /** Positions that accepted and refused batches cost. */
  readonly trainingTokens: number;
}

/** Before the first answer. */
export const INITIAL_LEARNING: LearningState = {
  active: null,
  previous: null,
  trial: null,
  ordinal: 0,
  awaiting: null,
  frozen: false,
  decisionsRead: 0,
  refusals: 0,
  restUntil: 0,
  answered: 0,
  sampled: 0,
  burst: 0,
  domain: null,
  burstSamples: 0,
  probe: EMPTY_PROBE,
  fresh: [],
  heldOut: [],
  memory: [],
  trainedQuestions: 0,
  trainingTokens: 0,
};
