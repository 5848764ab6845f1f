import { createLease } from '../../broker/create-lease.ts';
import { brokerClosed, fenced } from '../../broker/broker-errors.ts';
import type { GroupPartition } from '../../broker/group-store.ts';
import { checkStateSizes } from '../../broker/partition-state.ts';
import { recordBytes, type PlannedRecord } from '../../broker/plan-records.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type {
  OutgoingRecord,
  PartitionCommit,
  PartitionLease,
  RecordPosition,
} from '../../ports/broker.ts';
import { copyRecords } from './copy-records.ts';
import { fetchBounds } from './fetch-bounds.ts';
import { fetchCommitted, ownerId, restoreState, stateTopic } from './group-state.ts';
import { KafkaClient } from './kafka-client.ts';
import { isRefusedFault } from './kafka-faults.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { RequestLimits } from './request-limits.ts';
import { PartitionReader } from './partition-reader.ts';
import { TransactionalWriter } from './transactional-writer.ts';

/** Longest transaction that is asked for, unless the settings say more; brokers allow 15 minutes by default. */
const LONGEST_TRANSACTION_MS = 300_000;

/** What members and their partitions have from the broker they belong to. */
export interface BrokerContext {
  readonly settings: KafkaSettings;
  readonly limits: RequestLimits;
  isClosed(): boolean;
  /** Gives records their partitions. */
  plan(records: readonly OutgoingRecord[]): Promise<readonly PlannedRecord[]>;
}

/** A partition of a member, with the connections that serve it. */
export interface OwnedPartition {
  readonly owner: GroupPartition;
  readonly lease: PartitionLease;
  /** When it was last polled or committed, on the clock of `performance.now()`. */
  lastProgress(): number;
  /** Whether records were polled since the last commit. */
  hasWork(): boolean;
  /** Whether anything was committed under this lease. */
  hasCommitted(): boolean;
  /** Takes the lease away: nothing begins any more. */
  revoke(): void;
  /** Resolves when commits under way have ended. Never rejects. */
  settled(): Promise<void>;
  /** Hangs up. */
  close(): Promise<void>;
}

/**
 * Becomes the owner of a partition: fences every former one, then reads the committed offset, then the
 * state, in this order, or what was read could be overtaken by a commit still on its way.
 *
 * @param onLost - Called if the writer loses its place while the lease holds, or gives it up after a commit; not for
 *   what the broker refuses for good, which the commit alone tells. Its writer is at an end then: the next commit loses
 *   the place.
 * @param losses - How often it was lost since the last commit. Each makes the longest transaction twice as long: one that
 *   timed out would time out again.
 * @throws SeclError `STATE_MISMATCH` if there is state but no offset: Kafka forgot the one and kept the
 *   other, and starting over would answer everything again.
 */
export async function ownPartition(
  context: BrokerContext,
  owner: GroupPartition,
  signal: AbortSignal,
  onLost: (lost: OwnedPartition) => void,
  losses = 0,
): Promise<OwnedPartition> {
  const { settings, limits } = context;
  const { topic, partition } = owner;
  const client = new KafkaClient(settings, limits);
  try {
    const { transactionTimeoutMs, progressTimeoutMs: emptyMs } = settings;
    const longestMs = Math.max(transactionTimeoutMs, LONGEST_TRANSACTION_MS);
    const patienceMs = Math.min(transactionTimeoutMs * 2 ** losses, longestMs);
    const writer = new TransactionalWriter(client, {
      transactionalId: ownerId(owner),
      transactionTimeoutMs: patienceMs,
      allowedTimeoutMs: transactionTimeoutMs,
      maxBatchBytes: settings.maxRecordBytes,
      patienceMs,
    });
    await writer.init(signal);
    const committed = await fetchCommitted(client, owner, patienceMs);
    const statePlace = { topic: stateTopic(owner.groupId, topic), partition };
    const state = await restoreState(client, statePlace, { patienceMs, emptyMs, signal });
    if (committed === undefined && state.size > 0) {
      throw new SeclError(
        'STATE_MISMATCH',
        `group ${owner.groupId} has state of ${topic}/${partition} but no committed offset`,
        {
          hint: `Set the group's offset to where it was, or delete topic ${statePlace.topic} to start over.`,
        },
      );
    }
    const startOffset = committed ?? (await fetchBounds(client, owner, patienceMs)).earliest;
    return serve(context, client, writer, { owner, startOffset, state }, onLost);
  } catch (error) {
    void client.close();
    throw error;
  }
}

function serve(
  context: BrokerContext,
  client: KafkaClient,
  writer: TransactionalWriter,
  acquired: {
    readonly owner: GroupPartition;
    readonly startOffset: bigint;
    readonly state: ReadonlyMap<string, Uint8Array>;
  },
  onLost: (lost: OwnedPartition) => void,
): OwnedPartition {
  const { settings } = context;
  const { owner } = acquired;
  const { groupId, topic, partition } = owner;
  const revoke = new AbortController();
  const { signal } = revoke;
  const emptyMs = settings.progressTimeoutMs;
  const reader = new PartitionReader(client, owner, { patienceMs: Infinity, emptyMs, signal });
  const changelog = stateTopic(groupId, topic);
  let lastProgress = performance.now();
  let hasWork = false;
  let hasCommitted = false;
  let lastCommit: Promise<unknown> = Promise.resolve();

  const isRevoked = (): boolean => signal.aborted;
  const assertOpen = (): void => {
    if (context.isClosed()) throw brokerClosed();
  };
  /** Of the entries as they are now: changes that come later do not reach them. */
  const stateRecords = (state: PartitionCommit['state']): readonly PlannedRecord[] => {
    const timestampMs = settings.clock.nowMs();
    return [...state].map(([name, entry]) => {
      const key = Buffer.from(name);
      const value = entry === null ? null : Buffer.from(entry);
      const bytes = recordBytes({ key, value });
      return { topic: changelog, partition, key, value, headers: {}, timestampMs, bytes };
    });
  };
  const write = async (
    records: readonly OutgoingRecord[],
    changes: readonly PlannedRecord[],
    nextOffset: bigint,
  ): Promise<readonly RecordPosition[]> => {
    const planned = await context.plan(records);
    if (isRevoked()) throw fenced(topic, partition);
    try {
      const positions = await writer.write([...planned, ...changes], {
        groupId,
        topic,
        partition,
        nextOffset,
      });
      lastProgress = performance.now();
      hasWork = false;
      hasCommitted = true;
      // A new lease writes under a new epoch; whoever awaits this commit hears of it first.
      if (!writer.usable) setImmediate(onLost, owned);
      return positions.slice(0, planned.length);
    } catch (error) {
      // Its connections were closed while it was under way.
      if (isRevoked()) throw fenced(topic, partition);
      // Under a new lease, what is refused for good would be written again, and nobody would hear of it.
      if (!isRefusedFault(error)) onLost(owned);
      throw error;
    }
  };

  const lease = createLease(
    {
      assertOpen,
      async fetch(_place, from, maxRecords) {
        lastProgress = performance.now();
        const fetched = await reader.fetch(from, maxRecords);
        if (fetched.records.length > 0) hasWork = true;
        return fetched;
      },
      async waitBeyond(_place, end, waitMs) {
        // A fetch that waits for records need not be waited for any more.
        await endOrAbort(reader.waitFor(end, waitMs), signal);
      },
      async commit(_owner, _epoch, { nextOffset, records, state }: PartitionCommit) {
        checkStateSizes(state, settings.maxRecordBytes);
        const copies = copyRecords(records);
        const changes = stateRecords(state);
        const result = lastCommit.then(() => write(copies, changes, nextOffset));
        lastCommit = result.catch(() => undefined);
        return result;
      },
    },
    owner,
    { epoch: 0n, startOffset: acquired.startOffset, state: acquired.state },
    signal,
  );
  const owned: OwnedPartition = {
    owner,
    lease,
    lastProgress: () => lastProgress,
    hasWork: () => hasWork,
    hasCommitted: () => hasCommitted,
    revoke: () => {
      revoke.abort(fenced(topic, partition));
    },
    settled: async () => {
      await lastCommit;
    },
    close: () => client.close(),
  };
  return owned;
}

/** Resolves when work ends or the signal fires, and leaves no listener behind. */
function endOrAbort(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
