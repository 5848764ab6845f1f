import type { Topic } from '../../broker/check-topic.ts';

/** A setting of a topic, as Kafka names it. */
export interface TopicSetting {
  readonly name: string;
  readonly value: string;
}

/** What Kafka's framing of a batch takes beside the records' own bytes. */
const BATCH_BYTES = 12;
/** Kafka's default. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/**
 * The settings of a topic that follow from what is asked of it. `-1` keeps everything, whatever the
 * brokers' own default is.
 *
 * @param maxRecordBytes - Records up to here must fit.
 */
export function topicSettings(
  topic: Pick<Topic, 'compacted' | 'retentionMs' | 'retentionBytes'>,
  maxRecordBytes: number,
): readonly TopicSetting[] {
  const { compacted, retentionMs, retentionBytes } = topic;
  const isLimited = retentionMs !== null || retentionBytes !== null;
  const policy = compacted ? (isLimited ? 'compact,delete' : 'compact') : 'delete';
  const settings = [
    { name: 'cleanup.policy', value: policy },
    { name: 'retention.ms', value: String(retentionMs ?? -1) },
    { name: 'retention.bytes', value: String(retentionBytes ?? -1) },
  ];
  const bytes = maxRecordBytes + BATCH_BYTES;
  return bytes <= DEFAULT_MAX_MESSAGE_BYTES
    ? settings
    : [...settings, { name: 'max.message.bytes', value: String(bytes) }];
}
