import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import { headKey, versionKey } from '../events/adapter-keys.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { OutgoingRecord } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { LoopedBatch, SettledAdapter } from './question-batch.ts';

/** Topics of the loop. */
export interface LoopTopics {
  readonly trainingBatches: string;
  readonly adapters: string;
  readonly adapterDecisions: string;
}

/** Codecs of the loop's records. */
export interface LoopCodecs {
  readonly trainingBatch: Codec<TrainingBatch>;
  readonly adapter: Codec<AdapterRecord>;
  readonly adapterDecision: Codec<AdapterDecision>;
}

const text = new TextEncoder();

/**
 * The records that the loop adds to a batch's commit: adapters, what was decided of them, and what to train on.
 *
 * @param versions - Whether adapters' own records are among them; not where trainers write them.
 */
export function loopRecords(
  { settled, trainingBatch }: LoopedBatch,
  topics: LoopTopics,
  codecs: LoopCodecs,
  versions = true,
): OutgoingRecord[] {
  const adapterRecords = ({ record, trainedAtMs, decision }: SettledAdapter): OutgoingRecord[] => {
    if (record === null) return [];
    const value = codecs.adapter.encode(record);
    const keys = [
      ...(versions ? [versionKey(record)] : []),
      ...(decision.decision === 'accepted' ? [headKey(record.lineage)] : []),
    ];
    // Committed with the answers that waited for it, but dated by its training.
    const dated = trainedAtMs === undefined ? {} : { timestampMs: trainedAtMs };
    return keys.map((key) => ({ topic: topics.adapters, partition: 0, key, value, ...dated }));
  };
  const restoredHead = ({ decision, restored }: SettledAdapter): OutgoingRecord[] => {
    if (restored === undefined) return [];
    const key = headKey(decision.lineage);
    const value = restored === null ? null : codecs.adapter.encode(restored);
    return [{ topic: topics.adapters, partition: 0, key, value }];
  };
  const records = settled.flatMap((adapter): OutgoingRecord[] => [
    ...adapterRecords(adapter),
    ...restoredHead(adapter),
    {
      topic: topics.adapterDecisions,
      partition: 0,
      key: text.encode(adapter.decision.lineage),
      value: codecs.adapterDecision.encode(adapter.decision),
    },
  ]);
  if (trainingBatch === null) return records;
  const value = codecs.trainingBatch.encode(trainingBatch);
  const key = text.encode(trainingBatch.lineage);
  return [...records, { topic: topics.trainingBatches, partition: 0, key, value }];
}
