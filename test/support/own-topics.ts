import { map } from 'rxjs';
import type { Broker, OutgoingRecord } from '../../src/ports/broker.ts';

/**
 * A broker as if nobody else used it: topics and groups get a prefix on the way in and lose it on the way
 * out, so that runs with the same topology can share a server.
 */
export function ownTopics(broker: Broker, prefix: string): Broker {
  const inside = (name: string): string => `${prefix}${name}`;
  const outside = (name: string): string => name.slice(prefix.length);
  const records = (list: readonly OutgoingRecord[]): OutgoingRecord[] =>
    list.map((record) => ({ ...record, topic: inside(record.topic) }));
  const back = <P extends { readonly topic: string }>(place: P): P => ({
    ...place,
    topic: outside(place.topic),
  });
  return {
    ensureTopics: (specs) =>
      broker.ensureTopics(specs.map((spec) => ({ ...spec, name: inside(spec.name) }))),
    topics: async () =>
      new Map(
        [...(await broker.topics())]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, count]) => [outside(name), count]),
      ),
    setup: (topic) => broker.setup(inside(topic)),
    bounds: (topic, partition) => broker.bounds(inside(topic), partition),
    committedOffset: (groupId, topic, partition) =>
      broker.committedOffset(inside(groupId), inside(topic), partition),
    append: async (list) => (await broker.append(records(list))).map(back),
    async *read(topic, ...rest) {
      for await (const record of broker.read(inside(topic), ...rest)) yield back(record);
    },
    join: async (groupId, topics) => {
      const group = await broker.join(inside(groupId), topics.map(inside));
      return {
        leave: () => group.leave(),
        assigned$: group.assigned$.pipe(map((places) => places?.map(back) ?? null)),
        leases$: group.leases$.pipe(
          map((lease) => ({
            ...lease,
            topic: outside(lease.topic),
            poll: async (options) => (await lease.poll(options)).map(back),
            commit: async (commit) =>
              (await lease.commit({ ...commit, records: records(commit.records) })).map(back),
          })),
        ),
      };
    },
    clean: () => broker.clean(),
    close: () => broker.close(),
  };
}
