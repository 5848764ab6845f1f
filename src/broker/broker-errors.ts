import { SeclError } from '../errors/secl-error.ts';

/** `FENCED`: the lease is not its holder's any more. */
export function fenced(topic: string, partition: number): SeclError {
  return new SeclError('FENCED', `partition ${partition} of ${topic} has another owner now`, {
    hint: 'Drop the work in flight and wait for a new lease.',
    retryable: true,
  });
}

/** `BROKER_CLOSED`: nothing works after `close()`. */
export function brokerClosed(): SeclError {
  return new SeclError('BROKER_CLOSED', 'the broker has been closed', {
    hint: 'Open it again.',
  });
}

/** `TOPIC_UNKNOWN`, for a topic or one partition of it. */
export function topicUnknown(topic: string, partition?: number, partitions?: number): SeclError {
  return partition === undefined || partitions === undefined
    ? new SeclError('TOPIC_UNKNOWN', `there is no topic ${topic}`, {
        hint: 'Create it with ensureTopics, or correct the name.',
      })
    : new SeclError('TOPIC_UNKNOWN', `topic ${topic} has no partition ${partition}`, {
        hint: `It has ${partitions}, numbered from 0.`,
      });
}

/** `OFFSET_OUT_OF_RANGE`: below the earliest kept offset or beyond the end. */
export function offsetOutOfRange(
  position: { readonly topic: string; readonly partition: number; readonly offset: bigint },
  bounds: { readonly earliest: bigint; readonly end: bigint },
): SeclError {
  const { topic, partition, offset } = position;
  return new SeclError(
    'OFFSET_OUT_OF_RANGE',
    `offset ${String(offset)} of ${topic}/${partition} is outside ${String(bounds.earliest)} to ${String(bounds.end)}`,
    {
      hint:
        offset < bounds.earliest
          ? `Retention deleted it before it was read: keep records longer. To go on, start once with --reset-to earliest (${String(bounds.earliest)}) or --reset-to latest (${String(bounds.end)}).`
          : 'Offsets come from records that were read or written, or from bounds().',
    },
  );
}
