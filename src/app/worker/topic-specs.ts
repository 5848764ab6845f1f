import type { TopicSpec } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import { ALERTS_KEPT_MS } from '../start-alerts.ts';

/**
 * Every topic of a topology. What belongs to a partition of questions lies in the partition of the same number of
 * each topic; what the whole pipeline shares has one partition, and so one order.
 */
export function topicSpecs({
  topics,
  broker: { partitions },
}: Pick<Topology, 'topics' | 'broker'>): readonly TopicSpec[] {
  const { questions, answers, feedback, calibration, deadLetters } = topics;
  return [
    ...[questions, answers, feedback, calibration, deadLetters].map((name) => ({
      name,
      partitions,
    })),
    { name: topics.trainingBatches, partitions: 1 },
    { name: topics.adapters, partitions: 1, compacted: true },
    { name: topics.adapterDecisions, partitions: 1 },
    { name: topics.alerts, partitions: 1, retentionMs: ALERTS_KEPT_MS },
  ];
}
