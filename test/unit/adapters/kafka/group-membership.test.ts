import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import { GroupMembership, isRebalance } from '../../../../src/adapters/kafka/group-membership.ts';
import { kafkaSettings } from '../../../../src/adapters/kafka/kafka-settings.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { fakeKafkaClient, kafkaError } from '../../../support/fake-kafka-client.ts';

const settings = kafkaSettings({
  brokers: ['a:1'],
  clientId: 'c',
  clock: SYSTEM_CLOCK,
  sessionTimeoutMs: 7000,
});
const metadata = MemberMetadata.encode({ version: 0, topics: ['t'] });
const members = ['m2', 'm1'].map((memberId) => ({ memberId, memberMetadata: metadata }));
const assignment = (partitions: number[]): Buffer =>
  MemberAssignment.encode({ version: 0, assignment: { t: partitions } });

function membershipOn(answers: Parameters<typeof fakeKafkaClient>[0]) {
  const { client, asked } = fakeKafkaClient(answers, new Map([['t', 5]]));
  return { membership: new GroupMembership(client, settings, 'g', ['t']), asked, client };
}

describe('GroupMembership', () => {
  it('shares the partitions out where it leads, each to one member', async () => {
    const { membership, asked } = membershipOn({
      joinGroup: () => ({ memberId: 'm1', generationId: 3, leaderId: 'm1', members }),
      syncGroup: () => ({ memberAssignment: assignment([0, 1, 2]) }),
    });
    const { id, isLeader, assignment: own } = await membership.join();
    assert.deepEqual([id, isLeader], [3, true]);
    assert.equal(asked[0]?.request['sessionTimeout'], 7000);
    assert.deepEqual(
      own.map(({ partition }) => partition),
      [0, 1, 2],
    );
    const { groupAssignment } = asked.find(({ name }) => name === 'syncGroup')!.request as {
      groupAssignment: { memberId: string; memberAssignment: Buffer }[];
    };
    const shares = groupAssignment.map(({ memberId, memberAssignment }) => [
      memberId,
      MemberAssignment.decode(memberAssignment)?.assignment['t'],
    ]);
    // Ranges in the order of the members' names; the first ones get one more.
    assert.deepEqual(shares, [
      ['m1', [0, 1, 2]],
      ['m2', [3, 4]],
    ]);
  });

  it('shares nothing out where another one leads', async () => {
    const { membership, asked } = membershipOn({
      joinGroup: () => ({ memberId: 'm2', generationId: 3, leaderId: 'm1', members: [] }),
      syncGroup: () => ({ memberAssignment: assignment([3, 4]) }),
    });
    assert.equal((await membership.join()).isLeader, false);
    const sync = asked.find(({ name }) => name === 'syncGroup');
    assert.deepEqual(sync?.request['groupAssignment'], []);
  });

  it('joins again under its name, and under a new one when the group has forgotten it', async () => {
    let beats = 0;
    const { membership, asked } = membershipOn({
      joinGroup: () => ({ memberId: 'm1', generationId: 3, leaderId: 'm2', members: [] }),
      syncGroup: () => ({ memberAssignment: assignment([]) }),
      heartbeat: () => {
        throw kafkaError(beats++ === 0 ? 'REBALANCE_IN_PROGRESS' : 'UNKNOWN_MEMBER_ID');
      },
    });
    for (let i = 0; i < 3; i++) {
      const generation = await membership.join();
      if (i < 2) await assert.rejects(membership.beat(generation), (error) => isRebalance(error));
    }
    assert.deepEqual(
      asked.filter(({ name }) => name === 'joinGroup').map(({ request }) => request['memberId']),
      ['', 'm1', ''],
    );
  });

  it('says good-bye once, and not where it never joined', async () => {
    const { membership, asked, client } = membershipOn({
      joinGroup: () => ({ memberId: 'm1', generationId: 3, leaderId: 'm2', members: [] }),
      syncGroup: () => ({ memberAssignment: assignment([]) }),
    });
    const goodbyes = (): number => asked.filter(({ name }) => name === 'leaveGroup').length;
    await membership.leave(client);
    assert.equal(goodbyes(), 0);
    await membership.join();
    await membership.leave(client);
    await membership.leave(client);
    assert.equal(goodbyes(), 1);
  });

  it('knows the end of a generation from other faults', () => {
    for (const type of ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])
      assert.equal(isRebalance(kafkaError(type)), true, type);
    assert.equal(isRebalance(kafkaError('NOT_COORDINATOR_FOR_GROUP')), false);
    assert.equal(isRebalance(new Error('REBALANCE_IN_PROGRESS')), false);
  });
});
