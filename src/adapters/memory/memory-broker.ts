import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { brokerClosed, fenced, topicUnknown } from '../../broker/broker-errors.ts';
import { checkTopic, type Topic } from '../../broker/check-topic.ts';
import { EndWatch } from '../../broker/end-watch.ts';
import { GroupCoordinator } from '../../broker/group-coordinator.ts';
import type { FetchedRecords, GroupPartition, GroupStore } from '../../broker/group-store.ts';
import {
  allotOffsets,
  DEFAULT_MAX_RECORD_BYTES,
  planRecords,
  type PlannedRecord,
} from '../../broker/plan-records.ts';
import { checkStateSizes, copyState } from '../../broker/partition-state.ts';
import { readThrough } from '../../broker/read-through.ts';
import { setupOf } from '../../broker/setup-of.ts';
import type {
  Broker,
  OutgoingRecord,
  PartitionBounds,
  PartitionCommit,
  RecordPosition,
  TopicSpec,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { MemoryPartition } from './memory-partition.ts';

/** Options of {@link createMemoryBroker}. */
export interface MemoryBrokerOptions {
  /** Dates records without a timestamp, and decides what retention lets go. */
  readonly clock: Clock;
  /** Most bytes of a record or state entry: key, value, headers and 100. @defaultValue 1048576 */
  readonly maxRecordBytes?: number;
}

interface MemoryTopic extends Topic {
  readonly places: readonly MemoryPartition[];
}

/** What a group has of a partition. */
interface Ownership {
  epoch: bigint;
  nextOffset: bigint | undefined;
  readonly state: Map<string, Uint8Array>;
}

/**
 * A broker that forgets everything when it is closed: for tests and for runs that need no restart. It
 * keeps every promise of the port but durability, offset gaps and fencing included.
 */
export function createMemoryBroker(options: MemoryBrokerOptions): Broker {
  const { clock, maxRecordBytes = DEFAULT_MAX_RECORD_BYTES } = options;
  const topics = new Map<string, MemoryTopic>();
  const ownerships = new Map<string, Ownership>();
  const keyless = new Map<string, number>();
  const watch = new EndWatch();
  let closed = false;

  const assertOpen = (): void => {
    if (closed) throw brokerClosed();
  };
  /** Makes what a function throws a rejection. */
  const whenOpen =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): Promise<R> =>
      new Promise((resolve) => {
        assertOpen();
        resolve(work(...args));
      });
  const placeOf = (topic: string, partition: number): MemoryPartition => {
    const found = topics.get(topic);
    if (found === undefined) throw topicUnknown(topic);
    const place = found.places[partition];
    if (place === undefined) throw topicUnknown(topic, partition, found.partitions);
    return place;
  };
  const ownershipOf = ({ groupId, topic, partition }: GroupPartition): Ownership => {
    const id = JSON.stringify([groupId, topic, partition]);
    const ownership = ownerships.get(id) ?? { epoch: 0n, nextOffset: undefined, state: new Map() };
    ownerships.set(id, ownership);
    return ownership;
  };
  const watchName = ({ topic, partition }: TopicPartition): string => `${partition}/${topic}`;

  const plan = (records: readonly OutgoingRecord[]): readonly PlannedRecord[] =>
    planRecords(records, {
      topic: (name) => topics.get(name),
      nextPartition: (topic, partitions) => {
        const next = keyless.get(topic) ?? 0;
        keyless.set(topic, next + 1);
        return next % partitions;
      },
      nowMs: clock.nowMs(),
      maxRecordBytes,
    });
  const write = (planned: readonly PlannedRecord[]): readonly RecordPosition[] => {
    const touched: TopicPartition[] = [];
    const positions = allotOffsets(
      planned,
      (topic, partition) => placeOf(topic, partition).end,
      (topic, partition, end) => {
        placeOf(topic, partition).end = end;
        touched.push({ topic, partition });
      },
    );
    planned.forEach((record, i) => {
      placeOf(record.topic, record.partition).add(record, positions[i]!.offset);
    });
    for (const place of touched) watch.notify(watchName(place));
    return positions;
  };

  const store: GroupStore = {
    assertOpen,
    partitionCount(topic) {
      const found = topics.get(topic);
      if (found === undefined) throw topicUnknown(topic);
      return found.partitions;
    },
    async acquire(owner) {
      await Promise.resolve();
      assertOpen();
      const ownership = ownershipOf(owner);
      ownership.epoch += 1n;
      return {
        epoch: ownership.epoch,
        startOffset: ownership.nextOffset ?? placeOf(owner.topic, owner.partition).earliest,
        state: copyState(ownership.state),
      };
    },
    async fetch({ topic, partition }, from, maxRecords): Promise<FetchedRecords> {
      await Promise.resolve();
      assertOpen();
      return placeOf(topic, partition).fetch(topic, partition, from, maxRecords);
    },
    async waitBeyond(place, end, waitMs, signal) {
      if (placeOf(place.topic, place.partition).end > end) return;
      await watch.wait(watchName(place), waitMs, signal);
    },
    commit: whenOpen((owner: GroupPartition, epoch: bigint, commit: PartitionCommit) => {
      const planned = plan(commit.records);
      checkStateSizes(commit.state, maxRecordBytes);
      const ownership = ownershipOf(owner);
      if (ownership.epoch !== epoch) throw fenced(owner.topic, owner.partition);
      ownership.nextOffset = commit.nextOffset;
      for (const [key, value] of commit.state) {
        if (value === null) ownership.state.delete(key);
        else ownership.state.set(key, Uint8Array.from(value));
      }
      return write(planned);
    }),
  };
  const groups = new GroupCoordinator(store);
  const bounds = whenOpen((topic: string, partition: number): PartitionBounds => {
    const { earliest, end } = placeOf(topic, partition);
    return { earliest, end };
  });

  return {
    ensureTopics: whenOpen((specs: readonly TopicSpec[]) => {
      const checked = specs.map((spec) => checkTopic(spec, topics.get(spec.name)));
      for (const topic of checked) {
        const places =
          topics.get(topic.name)?.places ??
          Array.from({ length: topic.partitions }, () => new MemoryPartition());
        topics.set(topic.name, { ...topic, partitions: places.length, places });
      }
    }),
    topics: whenOpen(
      () => new Map([...topics.values()].map(({ name, partitions }) => [name, partitions])),
    ),
    setup: whenOpen((name: string) => setupOf(topics, name)),
    bounds,
    committedOffset: whenOpen((groupId: string, topic: string, partition: number) => {
      placeOf(topic, partition);
      return ownershipOf({ groupId, topic, partition }).nextOffset;
    }),
    append: whenOpen((records: readonly OutgoingRecord[]) => write(plan(records))),
    read: (topic, partition, from, signal) =>
      readThrough(
        {
          endOf: async () => (await bounds(topic, partition)).end,
          fetch: (offset, maxRecords) => store.fetch({ topic, partition }, offset, maxRecords),
        },
        from,
        signal,
      ),
    join: whenOpen((groupId: string, names: readonly string[]) => groups.join(groupId, names)),
    clean: whenOpen(() => {
      const nowMs = clock.nowMs();
      for (const topic of topics.values()) {
        for (const place of topic.places) place.clean(topic, nowMs);
      }
    }),
    close: () => {
      if (!closed) {
        closed = true;
        groups.close();
      }
      return Promise.resolve();
    },
  };
}
