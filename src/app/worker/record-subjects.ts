import type { RecordCodecs, RecordName } from '../../adapters/avro/record-codecs.ts';
import type { SubjectNaming } from '../../topology/broker-topology.ts';
import type { Topology, TopologyTopics } from '../../topology/topology.ts';

/** Which topic holds which record. */
const TOPIC_OF: Readonly<Record<RecordName, keyof TopologyTopics>> = {
  question: 'questions',
  answer: 'answers',
  feedback: 'feedback',
  calibrationWindow: 'calibration',
  deadLetter: 'deadLetters',
  trainingBatch: 'trainingBatches',
  adapter: 'adapters',
  adapterDecision: 'adapterDecisions',
  alert: 'alerts',
};

/** Every record. */
export const RECORD_NAMES = Object.keys(TOPIC_OF) as RecordName[];

/** What a worker writes, wherever it trains. */
export const WORKER_WRITES = [
  ...(['answer', 'calibrationWindow', 'deadLetter', 'trainingBatch'] as const),
  ...(['adapter', 'adapterDecision', 'alert'] as const),
] satisfies RecordName[];

/** The subject under which a registry has a record's schema. Source of the names: Confluent's documentation, "Subject name strategy". */
export function subjectOf(
  record: RecordName,
  { topics, broker }: Pick<Topology, 'topics' | 'broker'>,
  codecs: RecordCodecs,
): string {
  const topic = topics[TOPIC_OF[record]];
  const { name } = codecs[record];
  const subjects: Readonly<Record<SubjectNaming, string>> = {
    topic: `${topic}-value`,
    record: name,
    'topic-record': `${topic}-${name}`,
  };
  return subjects[broker.registry.subjects];
}
