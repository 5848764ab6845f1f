import { randomUUID } from 'node:crypto';
import { brokerClosed, topicUnknown } from '../../broker/broker-errors.ts';
import { checkTopic } from '../../broker/check-topic.ts';
import { planRecords, type PlannedRecord } from '../../broker/plan-records.ts';
import { readThrough } from '../../broker/read-through.ts';
import { precondition } from '../../errors/secl-error.ts';
import type { Broker, OutgoingRecord } from '../../ports/broker.ts';
import { AppendQueue } from './append-queue.ts';
import { copyRecords } from './copy-records.ts';
import { fetchBounds } from './fetch-bounds.ts';
import { GroupMember, type MemberContext } from './group-member.ts';
import { fetchCommitted, stateTopic } from './group-state.ts';
import type { KafkaBrokerOptions } from './kafka-broker-options.ts';
import { KafkaClient } from './kafka-client.ts';
import { codedFault, faultMessage, isTransient } from './kafka-faults.ts';
import { kafkaSettings } from './kafka-settings.ts';
import { keepTrying } from './keep-trying.ts';
import { PartitionReader } from './partition-reader.ts';
import { RequestLimits } from './request-limits.ts';
import { TopicAdmin } from './topic-admin.ts';
import { TransactionalWriter } from './transactional-writer.ts';

export type { KafkaBrokerOptions };

/** Small segments, so that compaction, which spares the newest one, gets to work. */
const STATE_SETTINGS = [{ name: 'segment.bytes', value: String(50 * 1024 * 1024) }];

/**
 * The port's broker on Apache Kafka: consumer groups, one transaction a commit, read-committed everywhere.
 * Waits until a broker answers, for `connectMs` at most.
 *
 * @throws SeclError `BROKER_FAILED` if none does, or the user is refused; `PRECONDITION`.
 */
export async function openKafkaBroker(options: KafkaBrokerOptions): Promise<Broker> {
  const settings = kafkaSettings(options);
  const { patienceMs, maxRecordBytes, clock } = settings;
  const limits = new RequestLimits(settings.onSlow);
  const client = new KafkaClient(settings, limits);
  const reading = new KafkaClient(settings, limits);
  const admin = new TopicAdmin(client, settings);
  const appends = new AppendQueue(
    new TransactionalWriter(client, {
      transactionalId: `${settings.clientId}/append/${randomUUID()}`,
      transactionTimeoutMs: settings.transactionTimeoutMs,
      maxBatchBytes: maxRecordBytes,
      patienceMs,
    }),
  );
  const members = new Set<GroupMember>();
  const keyless = new Map<string, number>();
  let closed = false;
  let closing: Promise<void> | undefined;

  const assertOpen = (): void => {
    if (closed) throw brokerClosed();
  };
  /** Refuses work after `close`, and gives what fails a code. */
  const whenOpen = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    assertOpen();
    try {
      return await work();
    } catch (error) {
      assertOpen();
      throw codedFault(what, error);
    }
  };
  const partitionsOf = async (topic: string, partition?: number): Promise<number> => {
    const count = await keepTrying(() => client.partitionCount(topic, partition), { patienceMs });
    if (count === undefined) throw topicUnknown(topic);
    return count;
  };
  const assertPartition = async (topic: string, partition: number): Promise<void> => {
    const count = await partitionsOf(topic, partition);
    if (partition < 0 || partition >= count) throw topicUnknown(topic, partition, count);
  };

  const plan = async (records: readonly OutgoingRecord[]): Promise<readonly PlannedRecord[]> => {
    const counts = new Map<string, number>();
    for (const { topic, partition = 0 } of records) {
      const known = counts.get(topic);
      if (known === undefined || partition >= known)
        counts.set(topic, await partitionsOf(topic, partition));
    }
    return planRecords(records, {
      topic: (name) => {
        const partitions = counts.get(name);
        // Brokers check keys for compacted topics themselves.
        return partitions === undefined ? undefined : { partitions, compacted: false };
      },
      nextPartition: (topic, partitions) => {
        const next = keyless.get(topic) ?? 0;
        keyless.set(topic, next + 1);
        return next % partitions;
      },
      nowMs: clock.nowMs(),
      maxRecordBytes,
    });
  };

  const context: MemberContext = {
    settings,
    limits,
    client,
    isClosed: () => closed,
    plan,
    async ensureState(groupId, topics) {
      for (const topic of topics) {
        const partitions = await partitionsOf(topic);
        const name = stateTopic(groupId, topic);
        await admin.ensure(checkTopic({ name, partitions, compacted: true }), STATE_SETTINGS);
        await admin.widen(name, partitions);
      }
    },
  };

  let onWaiting = settings.onWaiting;
  try {
    await keepTrying(() => client.onAny(() => Promise.resolve()), {
      patienceMs: settings.connectMs,
      again: (error) => {
        if (!isTransient(error)) return false;
        onWaiting?.(faultMessage(error));
        onWaiting = undefined;
        return true;
      },
    });
  } catch (error) {
    await client.close();
    throw codedFault(`Kafka at ${settings.brokers.join(', ')}`, error);
  }

  return {
    ensureTopics: (specs) =>
      whenOpen('creating topics', async () => {
        const checked = specs.map((spec) => checkTopic(spec));
        for (const topic of checked) await admin.ensure(topic);
      }),
    topics: () =>
      whenOpen('listing topics', () => keepTrying(() => client.topics(), { patienceMs })),
    setup: (topic) =>
      whenOpen(`settings of ${topic}`, async () => {
        await partitionsOf(topic);
        return admin.setup(topic);
      }),
    bounds: (topic, partition) =>
      whenOpen(`offsets of ${topic}`, () => fetchBounds(client, { topic, partition }, patienceMs)),
    committedOffset: (groupId, topic, partition) =>
      whenOpen(`offset of group ${groupId}`, async () => {
        await assertPartition(topic, partition);
        return fetchCommitted(client, { groupId, topic, partition }, patienceMs);
      }),
    append: async (records) => {
      const copies = copyRecords(records);
      return whenOpen('appending', async () => appends.append(await plan(copies)));
    },
    async *read(topic, partition, from, signal) {
      const what = `reading ${topic}/${partition}`;
      const place = { topic, partition };
      const reader = new PartitionReader(reading, place, {
        patienceMs,
        emptyMs: settings.progressTimeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
      const source = {
        endOf: () => whenOpen(what, async () => (await fetchBounds(client, place, patienceMs)).end),
        fetch: (offset: bigint, maxRecords: number) =>
          whenOpen(what, () => reader.fetch(offset, maxRecords)),
      };
      yield* readThrough(source, from, signal);
    },
    join: (groupId, topics) =>
      whenOpen(`joining group ${groupId}`, async () => {
        precondition(groupId.length > 0, 'a consumer group needs an id');
        precondition(topics.length > 0, `consumer group ${groupId} needs a topic`);
        for (const topic of topics) await partitionsOf(topic);
        assertOpen();
        const member = new GroupMember(context, groupId, [...new Set(topics)]);
        members.add(member);
        return {
          assigned$: member.assigned$,
          leases$: member.leases$,
          leave: async () => {
            await member.leave();
            members.delete(member);
          },
        };
      }),
    clean: () => whenOpen('cleaning', () => Promise.resolve()),
    close: () => {
      closed = true;
      closing ??= (async () => {
        await Promise.all([...members].map((member) => member.leave()));
        await Promise.all([client.close(), reading.close()]);
      })();
      return closing;
    },
  };
}
