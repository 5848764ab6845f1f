import { precondition } from '../errors/secl-error.ts';
import type { IncomingRecord, PartitionLease } from '../ports/broker.ts';
import { fenced } from './broker-errors.ts';
import type { AcquiredPartition, GroupPartition, GroupStore } from './group-store.ts';

/**
 * A lease over an acquired partition. Polls run one after the other, in the order of the calls.
 *
 * @param revoked - Fires when the partition is taken away; poll and commit then fail with `FENCED`.
 */
export function createLease(
  store: Pick<GroupStore, 'assertOpen' | 'fetch' | 'waitBeyond' | 'commit'>,
  owner: GroupPartition,
  acquired: AcquiredPartition,
  revoked: AbortSignal,
): PartitionLease {
  const { topic, partition } = owner;
  const { epoch, startOffset, state } = acquired;
  let position = startOffset;
  let lastPoll: Promise<unknown> = Promise.resolve();

  const assertOwned = (): void => {
    store.assertOpen();
    if (revoked.aborted) throw fenced(topic, partition);
  };

  const fetchNext = async (maxRecords: number): Promise<readonly IncomingRecord[]> => {
    assertOwned();
    const { records, next } = await store.fetch(owner, position, maxRecords);
    assertOwned();
    position = next;
    return records;
  };

  const poll = async (maxRecords: number, waitMs: number): Promise<readonly IncomingRecord[]> => {
    const records = await fetchNext(maxRecords);
    if (records.length > 0 || waitMs <= 0) return records;
    await store.waitBeyond(owner, position, waitMs, revoked);
    return fetchNext(maxRecords);
  };

  return {
    topic,
    partition,
    startOffset,
    state,
    revoked,
    async poll({ maxRecords, waitMs }) {
      precondition(Number.isInteger(maxRecords) && maxRecords > 0, `maxRecords = ${maxRecords}`);
      const result = lastPoll.then(() => poll(maxRecords, waitMs));
      lastPoll = result.catch(() => undefined);
      return result;
    },
    async commit(commit) {
      assertOwned();
      precondition(commit.nextOffset >= 0n, `nextOffset = ${String(commit.nextOffset)}`);
      return store.commit(owner, epoch, commit);
    },
  };
}
