import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import { GroupMembership, isRebalance } from '../../../../src/adapters/kafka/group-membership.ts';
import { kafkaSettings } from '../../../../src/adapters/kafka/kafka-settings.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { fakeKafkaClient, kafkaError } from '../../../support/fake-kafka-client.ts';

const settings = kafkaSettings({ brokers: ['a:1'], clientId: 'c', clock: SYSTEM_CLOCK });
const metadata = MemberMetadata.encode({ version: 0, topics: ['t'] });
const members = ['m2', 'm1'].map((memberId) => ({ memberId, memberMetadata: metadata }));
const assignment = (partitions: number[]): Buffer =>
  MemberAssignment.encode({ version: 0, assignment: { t: partitions } });

function membershipOn(answers: Parameters<typeof fakeKafkaClient>[0], sessionTimeoutMs?: number) {
  const { client, asked } = fakeKafkaClient(
    {
      joinGroup: () => ({ memberId: 'm1', generationId: 3, leaderId: 'm2', members: [] }),
      syncGroup: () => ({ memberAssignment: assignment([]) }),
      ...answers,
    },
    new Map([['t', 5]]),
  );
  const mine = sessionTimeoutMs === undefined ? settings : { ...settings, sessionTimeoutMs };
  /** Sessions that were asked for, each for the rebalance too. */
  const sessions = (): unknown[] =>
    asked
      .filter(({ name }) => name === 'joinGroup')
      .map(({ request: { sessionTimeout, rebalanceTimeout } }) => {
        assert.equal(rebalanceTimeout, sessionTimeout);
        return sessionTimeout;
      });
  return { membership: new GroupMembership(client, mine, 'g', ['t']), asked, client, sessions };
}

describe('GroupMembership', () => {
  it('shares the partitions out where it leads, each to one member', async () => {
    const { membership, asked } = membershipOn({
      joinGroup: () => ({ memberId: 'm1', generationId: 3, leaderId: 'm1', members }),
      syncGroup: () => ({ memberAssignment: assignment([0, 1, 2]) }),
    });
    const { id, counts, assignment: own } = await membership.join();
    assert.deepEqual([id, counts], [3, new Map([['t', 5]])]);
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
    assert.equal((await membership.join()).counts, null);
    const sync = asked.find(({ name }) => name === 'syncGroup');
    assert.deepEqual(sync?.request['groupAssignment'], []);
  });

  it('joins again under its name, and under a new one when the group has forgotten it', async () => {
    let beats = 0;
    const { membership, asked } = membershipOn({
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
    const { membership, asked, client } = membershipOn({});
    const goodbyes = (): number => asked.filter(({ name }) => name === 'leaveGroup').length;
    await membership.leave(client);
    assert.equal(goodbyes(), 0);
    await membership.join();
    await membership.leave(client);
    await membership.leave(client);
    assert.equal(goodbyes(), 1);
  });

  it('asks for a session twice as long when the group dropped it, once a generation, and no longer than brokers allow', async () => {
    const { membership, sessions } = membershipOn({
      heartbeat: () => {
        throw kafkaError('UNKNOWN_MEMBER_ID');
      },
    });
    for (let i = 0; i < 6; i++) {
      const generation = await membership.join();
      assert.equal(membership.sessionTimeoutMs, generation.sessionTimeoutMs);
      for (let times = 0; times < 3; times++) await assert.rejects(membership.beat(generation));
      membership.late();
    }
    assert.deepEqual(sessions(), [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  it('never asks for less than the settings have', async () => {
    const { membership, sessions } = membershipOn({}, 600_000);
    for (let i = 0; i < 2; i++) {
      await membership.join();
      membership.late();
    }
    assert.deepEqual(sessions(), [600_000, 600_000]);
  });

  it('makes do with the session before where the brokers allow no longer one', async () => {
    const { membership, sessions } = membershipOn({
      joinGroup: ({ sessionTimeout }: { sessionTimeout: number }) => {
        if (sessionTimeout > 100_000) throw kafkaError('INVALID_SESSION_TIMEOUT');
        return { memberId: 'm1', generationId: 3, leaderId: 'm2', members: [] };
      },
    });
    for (let i = 0; i < 4; i++) {
      assert.ok((await membership.join()).sessionTimeoutMs <= 60_000);
      membership.late();
    }
    assert.deepEqual(sessions(), [30_000, 60_000, 120_000, 60_000, 60_000]);
  });

  it('does not try again with a session that the settings have and the brokers refuse', async () => {
    const { membership, sessions } = membershipOn({
      joinGroup: () => {
        throw kafkaError('INVALID_SESSION_TIMEOUT');
      },
    });
    await assert.rejects(membership.join(), { message: 'INVALID_SESSION_TIMEOUT' });
    assert.deepEqual(sessions(), [30_000]);
  });

  it('goes back to the usual session after a generation that lasted', async () => {
    const { membership, sessions } = membershipOn({}, 10);
    await membership.join();
    membership.late();
    await membership.join();
    // A rebalance soon after: nothing shows that the shorter one would do.
    await membership.join();
    await new Promise((resolve) => setTimeout(resolve, 250));
    await membership.join();
    assert.deepEqual(sessions(), [10, 20, 20, 10]);
  });

  it('knows the end of a generation from other faults', () => {
    for (const type of ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'])
      assert.equal(isRebalance(kafkaError(type)), true, type);
    assert.equal(isRebalance(kafkaError('NOT_COORDINATOR_FOR_GROUP')), false);
    assert.equal(isRebalance(new Error('REBALANCE_IN_PROGRESS')), false);
  });
});
