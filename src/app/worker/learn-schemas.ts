import { map } from 'rxjs';
import type { WriterSchemas } from '../../adapters/avro/writer-schemas.ts';
import type { Broker, IncomingRecord, PartitionLease } from '../../ports/broker.ts';

/**
 * A broker that gives no record before the registry has been asked for its writer's schema, so that decoding waits for
 * nobody. Where the registry cannot be asked, reading fails with its `REGISTRY_FAILED`, which may pass: the record stays
 * where it is, and is read again.
 */
export function learnSchemas(broker: Broker, writers: Pick<WriterSchemas, 'learn'>): Broker {
  const learnt = async (records: readonly IncomingRecord[]): Promise<readonly IncomingRecord[]> => {
    await writers.learn(records.map(({ value }) => value));
    return records;
  };

  const learningLease = (lease: PartitionLease): PartitionLease => {
    // Polls resolve in the order of their calls, whatever is looked up.
    let last: Promise<unknown> = Promise.resolve();
    return {
      topic: lease.topic,
      partition: lease.partition,
      startOffset: lease.startOffset,
      state: lease.state,
      revoked: lease.revoked,
      poll: (options) => {
        const polled = Promise.all([lease.poll(options), last]).then(([records]) =>
          learnt(records),
        );
        last = polled.catch(() => undefined);
        return polled;
      },
      commit: (commit) => lease.commit(commit),
    };
  };

  return {
    ensureTopics: (specs) => broker.ensureTopics(specs),
    topics: () => broker.topics(),
    setup: (topic) => broker.setup(topic),
    bounds: (topic, partition) => broker.bounds(topic, partition),
    committedOffset: (groupId, topic, partition) =>
      broker.committedOffset(groupId, topic, partition),
    append: (records) => broker.append(records),
    read: (...where) => eachLearnt(broker.read(...where), writers),
    join: async (groupId, topics) => {
      const group = await broker.join(groupId, topics);
      return {
        assigned$: group.assigned$,
        leases$: group.leases$.pipe(map(learningLease)),
        leave: () => group.leave(),
      };
    },
    clean: () => broker.clean(),
    close: () => broker.close(),
  };
}

async function* eachLearnt(
  records: AsyncIterable<IncomingRecord>,
  writers: Pick<WriterSchemas, 'learn'>,
): AsyncGenerator<IncomingRecord, void, undefined> {
  for await (const record of records) {
    await writers.learn([record.value]);
    yield record;
  }
}
