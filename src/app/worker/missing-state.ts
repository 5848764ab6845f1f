import type { Broker, PartitionLease } from '../../ports/broker.ts';

/**
 * What is wrong with a group that has committed an offset and has no state of its partition, in one sentence; `null`:
 * nothing is. It can go on, and somebody who has set its offset by hand wants it to; but where the topic of the state was
 * deleted, nobody would hear of it.
 *
 * @throws SeclError of the broker.
 */
export async function missingState(
  {
    topic,
    partition,
    startOffset,
    state,
  }: Pick<PartitionLease, 'topic' | 'partition' | 'startOffset' | 'state'>,
  broker: Pick<Broker, 'committedOffset'>,
  groupId: string,
): Promise<string | null> {
  if (state.size > 0) return null;
  if ((await broker.committedOffset(groupId, topic, partition)) === undefined) return null;
  return (
    `${groupId} goes on at offset ${startOffset} of ${topic}/${partition} without its state, whose topic was deleted ` +
    'unless its offset was set by hand: questions that come again are not known, windows and training begin anew'
  );
}
