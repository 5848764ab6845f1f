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

/** A batch after decoding. */
export interface PlannedBatch extends RecordBatch {
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
