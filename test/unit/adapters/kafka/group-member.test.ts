import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemberAssignment } from 'kafkajs/src/consumer/assignerProtocol.js';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import type { PartitionLease } from '../../../../src/ports/broker.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { brokenConnection, kafkaError } from '../../../support/fake-kafka-client.ts';
import { commitTo, memberOn, offsets } from '../../../support/member-on.ts';
import { until } from '../../../support/worker-run.ts';

describe('GroupMember', () => {
  it('hands out its partition once it owns it, to whoever comes later too, until it leaves', async (t) => {
    const { member, leases, ensured, asked, count, over } = memberOn(t, {});
    await until(() => leases.length > 0 && count('heartbeat') > 2);
    const [lease] = leases;
    assert.deepEqual([lease?.topic, lease?.partition], ['t', 3]);
    assert.deepEqual(ensured, [['t']]);
    // Former owners are fenced before it is read how far they came.
    const names = asked.map(({ name }) => name);
    assert.ok(names.indexOf('initProducerId') < names.indexOf('offsetFetch'));
    const late: PartitionLease[] = [];
    member.leases$.subscribe((each) => late.push(each));
    assert.deepEqual(late, leases);
    assert.equal(lease?.revoked.aborted, false);
    await member.leave();
    assert.equal(lease?.revoked.aborted, true);
    assert.equal(over(), true);
    assert.ok(count('leaveGroup') >= 1);
    const beats = count('heartbeat');
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(count('heartbeat'), beats);
  });

  it('asks for the committed offset and the state only after what was pending has ended', async (t) => {
    let pending = 3;
    const { member, leases, asked } = memberOn(t, {
      initProducerId: () => {
        if (pending-- > 0) throw kafkaError('CONCURRENT_TRANSACTIONS');
        return { producerId: '4', producerEpoch: 1 };
      },
      offsetFetch: () => offsets('7'),
    });
    await until(() => leases.length > 0);
    const names = asked.map(({ name }) => name).filter((name) => name !== 'heartbeat');
    const owning = names.slice(names.indexOf('initProducerId'));
    assert.deepEqual(owning.slice(0, 6), [
      ...Array.from({ length: 4 }, () => 'initProducerId'),
      ...['offsetFetch', 'listOffsets'],
    ]);
    assert.equal(leases[0]?.startOffset, 7n);
    await member.leave();
  });

  it('tells that it has joined, and what it is assigned though it cannot own it', async (t) => {
    let beats = 0;
    let mayJoin = false;
    const { member, leases, count } = memberOn(t, {
      joinGroup: () => {
        if (!mayJoin) throw kafkaError('GROUP_COORDINATOR_NOT_AVAILABLE');
        return { memberId: 'm1', generationId: 1, leaderId: 'm2', members: [] };
      },
      initProducerId: () => {
        throw kafkaError('CONCURRENT_TRANSACTIONS');
      },
      heartbeat: () => {
        if (++beats === 5) throw kafkaError('REBALANCE_IN_PROGRESS');
        return {};
      },
    });
    const told: unknown[] = [];
    let isComplete = false;
    member.assigned$.subscribe({
      next: (places) => told.push(places),
      complete: () => (isComplete = true),
    });
    await until(() => count('joinGroup') > 2);
    assert.deepEqual(told, [null]);
    mayJoin = true;
    await until(() => told.length === 4);
    const places = [{ topic: 't', partition: 3 }];
    assert.deepEqual(told, [null, places, null, places]);
    const late: unknown[] = [];
    member.assigned$.subscribe((each) => late.push(each));
    assert.deepEqual(late, [places]);
    assert.deepEqual(leases, []);
    await member.leave();
    assert.ok(isComplete);
    assert.equal(told.at(-1), null);
  });

  it('takes a partition anew after a commit of which a request may still come', async (t) => {
    let ends = 0;
    const { member, leases, count } = memberOn(t, {
      endTxn: () => {
        if (ends++ === 0) throw brokenConnection();
        return {};
      },
    });
    await until(() => leases.length === 1);
    // It is durable, and whoever awaits it hears so before the lease goes.
    await commitTo(leases[0] ?? assert.fail());
    assert.equal(leases[0]?.revoked.aborted, false);
    await until(() => leases.length === 2);
    assert.equal(leases[0]?.revoked.aborted, true);
    assert.equal(count('initProducerId'), 2);
    assert.equal(count('joinGroup'), 1);
    await commitTo(leases[1] ?? assert.fail());
    await new Promise(setImmediate);
    assert.equal(leases[1]?.revoked.aborted, false);
    await member.leave();
  });

  it('keeps its lease, and says so, where a topic that it writes to is gone', async (t) => {
    const { member, leases, count } = memberOn(t, {
      addPartitionsToTxn: () => {
        throw kafkaError('UNKNOWN_TOPIC_OR_PARTITION');
      },
    });
    await until(() => leases.length === 1);
    const [lease] = leases;
    const state = new Map([['n', Uint8Array.of(1)]]);
    // Under a new lease the same would be done again, for ever and unheard.
    const { hint } = await expectFailure(
      (lease ?? assert.fail()).commit({ nextOffset: 1n, records: [], state }),
      'TOPIC_UNKNOWN',
    );
    assert.match(hint ?? '', /create it again/);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(lease?.revoked.aborted, false);
    assert.equal(count('initProducerId'), 1);
    await member.leave();
  });

  it('takes its leases back at a rebalance, and joins again', async (t) => {
    let beats = 0;
    const { member, leases, count, failure } = memberOn(t, {
      heartbeat: () => {
        if (++beats === 3) throw kafkaError('REBALANCE_IN_PROGRESS');
        return {};
      },
    });
    await until(() => leases.length === 2);
    assert.equal(count('joinGroup'), 2);
    assert.deepEqual(
      leases.map(({ revoked }) => revoked.aborted),
      [true, false],
    );
    assert.equal(failure(), undefined);
    await member.leave();
  });

  it('takes its leases back when nobody has heard of it for a session', async (t) => {
    let isAway = false;
    let heardMs = 0;
    const { member, leases } = memberOn(t, {
      heartbeat: () => {
        if (isAway) return new Promise(() => undefined);
        heardMs = performance.now();
        return {};
      },
    });
    await until(() => leases.length === 1 && heardMs > 0);
    isAway = true;
    await until(() => leases[0]?.revoked.aborted === true);
    const tookMs = performance.now() - heardMs;
    assert.ok(tookMs > 395, `after ${tookMs} ms of a session of 400`);
    isAway = false;
    await until(() => leases.length === 2);
    await member.leave();
  });

  it('fails with a code where joining again cannot help, and takes its leases back', async (t) => {
    let beats = 0;
    const { leases, failure, count } = memberOn(t, {
      heartbeat: () => {
        if (++beats > 2) throw kafkaError('GROUP_AUTHORIZATION_FAILED');
        return {};
      },
    });
    await until(() => failure() !== undefined);
    const error = failure();
    assert.ok(error instanceof SeclError);
    assert.equal(error.code, 'BROKER_FAILED');
    assert.match(error.message, /^group g/);
    assert.equal(leases[0]?.revoked.aborted, true);
    assert.equal(count('joinGroup'), 1);
  });

  it('goes on joining while nobody answers', async (t) => {
    let tries = 0;
    const { member, leases, failure } = memberOn(t, {
      joinGroup: () => {
        if (++tries < 3) throw kafkaError('GROUP_COORDINATOR_NOT_AVAILABLE');
        return { memberId: 'm1', generationId: 1, leaderId: 'm2', members: [] };
      },
    });
    await until(() => leases.length === 1);
    assert.equal(tries, 3);
    assert.equal(failure(), undefined);
    await member.leave();
  });

  for (const type of ['TOPIC_AUTHORIZATION_FAILED', 'MESSAGE_TOO_LARGE', 'INVALID_TIMESTAMP'])
    it(`leaves what is refused for good (${type}) to whoever wrote it: a new lease would write it again`, async (t) => {
      const { member, leases } = memberOn(t, {
        addPartitionsToTxn: () => ({}),
        addOffsetsToTxn: () => ({}),
        txnOffsetCommit: () => ({}),
        endTxn: () => ({}),
        produce: () => {
          throw kafkaError(type);
        },
      });
      await until(() => leases.length === 1);
      const commit = (): Promise<unknown> => {
        const state = new Map([['k', new Uint8Array([1])]]);
        return leases[0]!.commit({ nextOffset: 0n, records: [], state });
      };
      await assert.rejects(commit(), (error: SeclError) => !error.retryable);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual([leases.length, leases[0]?.revoked.aborted], [1, false]);
      // Whoever goes on all the same does so under a new lease: the writer is at an end.
      await assert.rejects(commit(), { code: 'FENCED' });
      await until(() => leases.length === 2);
      await member.leave();
    });

  /** A writer that another one takes the place of at each commit, though the lease is this member's. */
  const fencing = {
    ...{ addPartitionsToTxn: () => ({}), addOffsetsToTxn: () => ({}), endTxn: () => ({}) },
    txnOffsetCommit: (): never => {
      throw kafkaError('INVALID_PRODUCER_EPOCH');
    },
  };
  it('waits longer and longer before it takes back what is lost again and again', async (t) => {
    const { member, leases } = memberOn(t, fencing);
    const atMs: number[] = [];
    member.leases$.subscribe((lease) => {
      atMs.push(performance.now());
      commitTo(lease).catch(() => undefined);
    });
    await until(() => atMs.length > 4);
    // 20, 40, 80 and 160 ms, spread by a quarter either way.
    const gaps = atMs.slice(1, 5).map((at, i) => at - atMs[i]!);
    for (const [i, gap] of gaps.entries())
      assert.ok(gap > 0.74 * 20 * 2 ** i, `${gap} ms after loss ${i + 1}`);
    assert.equal(leases.length, atMs.length);
  });

  it('begins with the shortest wait again once something was committed', async (t) => {
    let commits = 0;
    const { member, leases } = memberOn(t, {
      ...fencing,
      // Every fourth goes well.
      txnOffsetCommit: () => (++commits % 4 === 0 ? {} : fencing.txnOffsetCommit()),
    });
    member.leases$.subscribe((lease) => {
      const goOn = (): Promise<void> => commitTo(lease).then(goOn);
      goOn().catch(() => undefined);
    });
    const startedMs = performance.now();
    await until(() => leases.length > 12);
    const tookMs = performance.now() - startedMs;
    // Twelve times 20, 40 or 80 ms, and what a busy machine adds; without a new beginning it would be above 7 s.
    assert.ok(tookMs < 5000, `${tookMs} ms`);
  });

  for (const [what, more] of [
    ['it leaves', {}],
    ['the generation is over', { heartbeatMs: 100 }],
  ] as const)
    it(`takes nothing back once ${what}, though it was waiting to`, async (t) => {
      let isOver = false;
      const { member, leases, count } = memberOn(
        t,
        {
          ...fencing,
          heartbeat: () => {
            if (isOver && what !== 'it leaves') throw kafkaError('REBALANCE_IN_PROGRESS');
            return {};
          },
          syncGroup: () => ({
            memberAssignment: MemberAssignment.encode({
              ...{ version: 0, assignment: isOver ? {} : { t: [3] } },
            }),
          }),
        },
        more,
      );
      member.leases$.subscribe((lease) => {
        commitTo(lease).catch(() => undefined);
      });
      await until(() => leases.length === 5);
      isOver = true;
      if (what === 'it leaves') {
        const startedMs = performance.now();
        await member.leave();
        assert.ok(performance.now() - startedMs < 200);
      } else await until(() => count('joinGroup') === 2);
      const owned = count('initProducerId');
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(count('initProducerId'), owned);
      assert.equal(leases.length, 5);
    });
});
