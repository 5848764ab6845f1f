import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { GateReading } from '../events/answer.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { ModelScope } from '../ports/language-model.ts';
import type { IncomingRecord, PartitionLease } from '../ports/broker.ts';
import type { PlannedQuestion, WrittenAnswer } from '../secl/work.ts';

/** Input records of one partition that are answered and committed together. */
export interface RecordBatch {
  readonly lease: PartitionLease;
  /** At least one, in the order of their offsets. */
  readonly records: readonly IncomingRecord[];
}

/** An input record that cannot be answered. */
export interface UnanswerableRecord {
  readonly record: IncomingRecord;
  readonly code: string;
  readonly reason: string;
}

/** A record whose question is ready to be asked. */
export interface PlannedRecord {
  readonly record: IncomingRecord;
  readonly plan: PlannedQuestion;
}

/** What the loop has to say of a batch; nothing at first. */
export interface LoopedBatch {
  /** Adapter in place while the batch is answered, 0 for none. */
  readonly adapterVersion: number;
  /** The batch's first so many questions are asked under the adapter before, too: the one in place is on trial. */
  readonly trialQuestions: number;
  /** By question of `planned`, where the adapter acts on answers, what they give on base weights; else empty. */
  readonly baseStates: readonly BaseState[];
  /** Adapters that were decided about before the batch began. */
  readonly settled: readonly SettledAdapter[];
  /** What the gate saw, by question of `planned`; empty before the gate. */
  readonly gate: readonly GateReading[];
  /** What the batch's questions taught: a batch to train on, or `null`. */
  readonly trainingBatch: TrainingBatch | null;
  /** Entries that commit what the loop's state has become. */
  readonly loopEntries: ReadonlyMap<string, Uint8Array | null>;
}

/** A question's prompt on base weights. */
export interface BaseState {
  /** Final norm's output at its last position, unit length, shape `[D]`. */
  readonly hidden: Float32Array | undefined;
  /** Positions computed for it. */
  readonly computed: number;
}

/** A decision about an adapter, and the adapter if it came with it. */
export interface SettledAdapter {
  /** `null`: training failed and there is none, or it came before. */
  readonly record: AdapterRecord | null;
  /** When its training ended, milliseconds since the epoch; absent: not known here. */
  readonly trainedAtMs?: number;
  readonly decision: AdapterDecision;
  /** What acts again after a roll-back, `null` for base weights; absent: nothing was rolled back. */
  readonly restored?: AdapterRecord | null;
}

/** A batch of which the loop has nothing to say. */
export const NO_LOOP: LoopedBatch = {
  adapterVersion: 0,
  trialQuestions: 0,
  baseStates: [],
  settled: [],
  gate: [],
  trainingBatch: null,
  loopEntries: new Map(),
};

/** A batch after decoding. */
export interface PlannedBatch extends RecordBatch, LoopedBatch {
  readonly planned: readonly PlannedRecord[];
  readonly unanswerable: readonly UnanswerableRecord[];
  readonly startedMs: number;
}

/** A batch on its way through the model; `answers[i]` belongs to `planned[i]`. */
export interface ScopedBatch extends PlannedBatch {
  readonly scope: ModelScope;
  readonly answers: readonly WrittenAnswer[];
}

/** A batch that the model is done with. */
export type AnsweredBatch = Omit<ScopedBatch, 'scope'>;
