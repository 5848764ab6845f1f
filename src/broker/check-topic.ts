import { precondition } from '../errors/secl-error.ts';
import type { TopicSpec } from '../ports/broker.ts';

/** A topic with everything decided. */
export interface Topic {
  readonly name: string;
  readonly partitions: number;
  readonly compacted: boolean;
  /** `null`: kept whatever their age. */
  readonly retentionMs: number | null;
  /** A partition; `null`: kept whatever their size. */
  readonly retentionBytes: number | null;
}

/** Kafka's rule for names of topics. */
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/**
 * Checks a topic's specification and fills in what it leaves open.
 *
 * @param existing - The topic as it is, whose partitions stay.
 * @throws SeclError `PRECONDITION` if a name or number is not allowed.
 */
export function checkTopic(spec: TopicSpec, existing?: Pick<Topic, 'partitions'>): Topic {
  const { name, partitions = 1, compacted = false } = spec;
  const retentionMs = spec.retentionMs ?? null;
  const retentionBytes = spec.retentionBytes ?? null;
  precondition(
    TOPIC_NAME.test(name) && name !== '.' && name !== '..',
    `topic name '${name}': 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-' are allowed`,
  );
  precondition(
    Number.isInteger(partitions) && partitions > 0 && partitions <= 0xffff,
    `topic ${name}: partitions = ${partitions}`,
  );
  precondition(
    retentionMs === null || (Number.isFinite(retentionMs) && retentionMs >= 0),
    `topic ${name}: retentionMs = ${String(retentionMs)}`,
  );
  precondition(
    retentionBytes === null || (Number.isFinite(retentionBytes) && retentionBytes >= 0),
    `topic ${name}: retentionBytes = ${String(retentionBytes)}`,
  );
  return {
    name,
    partitions: existing?.partitions ?? partitions,
    compacted,
    retentionMs,
    retentionBytes,
  };
}
