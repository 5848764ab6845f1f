import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { OutgoingRecord } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { LoopedBatch } from './question-batch.ts';

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

/** Key of an adapter's own record, which no other record shares. */
export function versionKey({ lineage, version }: AdapterRecord): Uint8Array {
  return text.encode(`${lineage}/${version}`);
}

/** Key of the adapter that acts in a lineage; a compacted topic keeps the newest. */
export function headKey(lineage: string): Uint8Array {
  return text.encode(`${lineage}/head`);
}

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
  const adapterRecords = (record: AdapterRecord, accepted: boolean): OutgoingRecord[] => {
    const value = codecs.adapter.encode(record);
    const keys = [
      ...(versions ? [versionKey(record)] : []),
      ...(accepted ? [headKey(record.lineage)] : []),
    ];
    return keys.map((key) => ({ topic: topics.adapters, partition: 0, key, value }));
  };
  const restoredHead = (lineage: string, restored: AdapterRecord | null): OutgoingRecord => ({
    topic: topics.adapters,
    partition: 0,
    key: headKey(lineage),
    value: restored === null ? null : codecs.adapter.encode(restored),
  });
  const records = settled.flatMap(({ record, decision, restored }): OutgoingRecord[] => [
    ...(record === null ? [] : adapterRecords(record, decision.decision === 'accepted')),
    ...(restored === undefined ? [] : [restoredHead(decision.lineage, restored)]),
    {
      topic: topics.adapterDecisions,
      partition: 0,
      key: text.encode(decision.lineage),
      value: codecs.adapterDecision.encode(decision),
    },
  ]);
  if (trainingBatch === null) return records;
  const value = codecs.trainingBatch.encode(trainingBatch);
  const key = text.encode(trainingBatch.lineage);
  return [...records, { topic: topics.trainingBatches, partition: 0, key, value }];
}
