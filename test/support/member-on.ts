import { mock, type TestContext } from 'node:test';
import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import { GroupMember } from '../../src/adapters/kafka/group-member.ts';
import { KafkaClient } from '../../src/adapters/kafka/kafka-client.ts';
import type { KafkaBrokerOptions } from '../../src/adapters/kafka/kafka-broker-options.ts';
import { kafkaSettings } from '../../src/adapters/kafka/kafka-settings.ts';
import { RequestLimits } from '../../src/adapters/kafka/request-limits.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { PartitionLease } from '../../src/ports/broker.ts';
import { fakeKafkaClient } from './fake-kafka-client.ts';

const metadata = MemberMetadata.encode({ version: 0, topics: ['t'] });
/** The answer to a request for one offset. */
export const offsets = (offset: string): unknown => ({ responses: [{ partitions: [{ offset }] }] });

/** A member of a group on brokers that answer as a test says, alone in it with partition 3 unless it says otherwise. */
export function memberOn(
  t: TestContext,
  answers: Parameters<typeof fakeKafkaClient>[0],
  more: Partial<KafkaBrokerOptions> = {},
) {
  let joins = 0;
  const { client, asked } = fakeKafkaClient(
    {
      joinGroup: () => ({
        ...{ memberId: 'm1', generationId: ++joins, leaderId: 'm1' },
        members: [{ memberId: 'm1', memberMetadata: metadata }],
      }),
      syncGroup: () => ({
        memberAssignment: MemberAssignment.encode({ version: 0, assignment: { t: [3] } }),
      }),
      initProducerId: () => ({ producerId: '4', producerEpoch: 1 }),
      // Nothing was committed, and the topic of the state is empty.
      offsetFetch: () => offsets('-1'),
      listOffsets: () => offsets('0'),
      ...answers,
    },
    new Map([['t', 4]]),
  );
  // It makes clients of its own, which would connect.
  for (const name of [
    'onCoordinator',
    'onLeader',
    'onAny',
    'partitionCount',
    'forgetTopic',
  ] as const)
    mock.method(KafkaClient.prototype, name, client[name]);
  const settings = kafkaSettings({
    ...{ brokers: ['a:1'], clientId: 'c', clock: SYSTEM_CLOCK },
    ...{ sessionTimeoutMs: 400, heartbeatMs: 10, transactionTimeoutMs: 200 },
    ...more,
  });
  const ensured: (readonly string[])[] = [];
  const member = new GroupMember(
    {
      ...{ settings, client, isClosed: () => false, plan: () => Promise.resolve([]) },
      limits: new RequestLimits(),
      ensureState: (_, topics) => {
        ensured.push(topics);
        return Promise.resolve();
      },
    },
    'g',
    ['t'],
  );
  t.after(async () => {
    await member.leave();
    mock.restoreAll();
  });
  const leases: PartitionLease[] = [];
  let failure: unknown;
  let isComplete = false;
  member.leases$.subscribe({
    next: (lease) => leases.push(lease),
    error: (error: unknown) => (failure = error),
    complete: () => (isComplete = true),
  });
  const count = (name: string): number => asked.filter((each) => each.name === name).length;
  return { member, leases, ensured, asked, count, failure: () => failure, over: () => isComplete };
}

/** Commits nothing but an offset. */
export function commitTo(lease: PartitionLease): Promise<unknown> {
  return lease.commit({ nextOffset: 1n, records: [], state: new Map() });
}
