import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import type { AdapterDecision } from '../../src/events/adapter-decision.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { codecs } from './loop-run.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';

/** Topics of the loop, as the default topology calls them. */
export const LOOP_TOPICS = {
  adapters: 'qa.adapters',
  adapterDecisions: 'qa.adapter-decisions',
  deadLetters: 'qa.dead-letters',
  trainingBatches: 'qa.training-batches',
};

/** A broker with the topics of the loop, and what puts records there. */
export interface TrainingLog {
  readonly broker: Broker;
  readonly clock: ManualClock;
  adapter(record: AdapterRecord, key?: string): Promise<void>;
  decision(decision: Partial<AdapterDecision>): Promise<void>;
  /** A dead letter about a training batch. */
  refusal(batchId: string, sourceTopic?: string): Promise<void>;
}

/** Makes a {@link TrainingLog}. */
export async function trainingLog(): Promise<TrainingLog> {
  const clock = manualClock();
  const broker = createMemoryBroker({ clock });
  await broker.ensureTopics(
    Object.values(LOOP_TOPICS).map((name) => ({ name, compacted: name === LOOP_TOPICS.adapters })),
  );
  const text = new TextEncoder();
  return {
    broker,
    clock,
    adapter: async (record, key = `${record.lineage}/${record.version}`) => {
      const value = codecs.adapter.encode(record);
      await broker.append([{ topic: LOOP_TOPICS.adapters, key: text.encode(key), value }]);
    },
    decision: async (over) => {
      const value = codecs.adapterDecision.encode({
        lineage: 'line',
        version: 1,
        decision: 'accepted',
        code: 'none',
        reason: 'it holds up',
        activeVersion: 1,
        decidedAtMs: 0,
        ...over,
      });
      await broker.append([{ topic: LOOP_TOPICS.adapterDecisions, key: null, value }]);
    },
    refusal: async (batchId, sourceTopic = LOOP_TOPICS.trainingBatches) => {
      const value = codecs.deadLetter.encode({
        sourceTopic,
        sourcePartition: 0,
        sourceOffset: 0,
        code: 'TRAINING_FAILED',
        reason: 'it makes no sense',
        key: null,
        value: null,
        failedAtMs: 0,
      });
      const headers = { 'secl-batch-id': text.encode(batchId) };
      await broker.append([{ topic: LOOP_TOPICS.deadLetters, key: null, value, headers }]);
    },
  };
}
