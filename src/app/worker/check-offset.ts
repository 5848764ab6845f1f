import { SeclError } from '../../errors/secl-error.ts';
import type { Broker, PartitionLease } from '../../ports/broker.ts';

/** Where a group goes on whose next record is gone. */
export type ResetTo = 'earliest' | 'latest';

/**
 * Makes sure that the record that comes next is still kept.
 *
 * @param resetTo - Go on there instead, if it is not; absent: fail.
 * @throws SeclError `OFFSET_OUT_OF_RANGE`: retryable once the group was reset, since the lease stands where it stood.
 */
export async function checkOffset(
  lease: PartitionLease,
  broker: Pick<Broker, 'bounds'>,
  groupId: string,
  resetTo?: ResetTo,
): Promise<void> {
  const { topic, partition, startOffset } = lease;
  const { earliest, end } = await broker.bounds(topic, partition);
  if (startOffset >= earliest && startOffset <= end) return;
  const place = `${topic}/${partition}`;
  const why =
    startOffset < earliest
      ? `offset ${startOffset} of ${place}, where ${groupId} goes on, is no longer kept; the earliest is ${earliest}`
      : `offset ${startOffset} of ${place}, where ${groupId} goes on, is beyond its end, ${end}: the topic was made anew`;
  if (resetTo === undefined)
    throw new SeclError('OFFSET_OUT_OF_RANGE', why, {
      hint: 'Records were deleted before they were read. Say where to go on, once, with --reset-to earliest or --reset-to latest; and keep the topic longer.',
    });
  const nextOffset = resetTo === 'earliest' ? earliest : end;
  await lease.commit({ nextOffset, records: [], state: new Map() });
  throw new SeclError('OFFSET_OUT_OF_RANGE', `${why}; reset to ${resetTo}, ${nextOffset}`, {
    retryable: true,
  });
}
