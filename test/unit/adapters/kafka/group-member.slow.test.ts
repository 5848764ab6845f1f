import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kafkaError } from '../../../support/fake-kafka-client.ts';
import { commitTo, memberOn } from '../../../support/member-on.ts';
import { until } from '../../../support/worker-run.ts';

describe('GroupMember on brokers that are slow', () => {
  it('gets to its work at last where everything takes longer than a session', async (t) => {
    const slowly = <T>(ms: number, answer: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        setTimeout(() => {
          try {
            resolve(answer());
          } catch (error) {
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as it was thrown.
            reject(error);
          }
        }, ms);
      });
    /** Until when the group counts on the member, and for how long from each sign of life. */
    let [knownUntil, session] = [0, 0];
    const heard = (): void => {
      knownUntil = performance.now() + session;
    };
    const isKnown = (memberId: string): boolean =>
      memberId !== '' && performance.now() <= knownUntil;
    let [joins, commits] = [0, 0];
    const { leases, member, failure } = memberOn(
      t,
      {
        joinGroup: ({ memberId, sessionTimeout }: { memberId: string; sessionTimeout: number }) => {
          if (memberId !== '' && !isKnown(memberId)) throw kafkaError('UNKNOWN_MEMBER_ID');
          session = sessionTimeout;
          heard();
          return { memberId: `m${++joins}`, generationId: joins, leaderId: 'other', members: [] };
        },
        heartbeat: ({ memberId }: { memberId: string }) =>
          slowly(100, () => {
            if (!isKnown(memberId)) throw kafkaError('UNKNOWN_MEMBER_ID');
            heard();
            return {};
          }),
        initProducerId: () => slowly(150, () => ({ producerId: '4', producerEpoch: 1 })),
        addOffsetsToTxn: () => slowly(100, () => ({})),
        txnOffsetCommit: () => ({}),
        endTxn: () => ({}),
      },
      { sessionTimeoutMs: 50 },
    );
    member.leases$.subscribe((lease) => {
      const goOn = (): Promise<void> => {
        return commitTo(lease).then(() => {
          commits += 1;
          return goOn();
        });
      };
      goOn().catch(() => undefined);
    });
    await until(() => commits > 5);
    assert.equal(failure(), undefined);
    // Sessions of 50, 100, 200 and 400 ms; the last one has room for whatever a busy machine adds.
    assert.ok(joins <= 5, `joined ${joins} times`);
    assert.ok(leases.length <= 3);
  });

  it('waits for no commit for so long that the group would drop it', async (t) => {
    let isOver = false;
    const { leases, count, member } = memberOn(t, {
      addOffsetsToTxn: () => new Promise(() => undefined),
      heartbeat: () => {
        if (isOver) throw kafkaError('REBALANCE_IN_PROGRESS');
        return {};
      },
    });
    await until(() => leases.length === 1);
    void commitTo(leases[0]!).catch(() => undefined);
    await until(() => count('addOffsetsToTxn') === 1);
    isOver = true;
    const startedMs = performance.now();
    await until(() => count('joinGroup') === 2);
    const tookMs = performance.now() - startedMs;
    isOver = false;
    // A quarter of a session of 400 ms, and what a busy machine adds; without that it would be 2 s.
    assert.ok(tookMs < 1900, `${tookMs} ms`);
    await member.leave();
  });

  it('gives a transaction that timed out twice the time when it comes again', async (t) => {
    const asked: number[] = [];
    let begunMs = 0;
    const { member } = memberOn(
      t,
      {
        initProducerId: ({ transactionTimeout }: { transactionTimeout: number }) => {
          asked.push(transactionTimeout);
          return { producerId: '4', producerEpoch: asked.length };
        },
        addOffsetsToTxn: () => {
          begunMs = performance.now();
          return new Promise((resolve) => setTimeout(resolve, 300, {}));
        },
        txnOffsetCommit: () => {
          if (performance.now() - begunMs > asked.at(-1)!)
            throw kafkaError('INVALID_PRODUCER_EPOCH');
          return {};
        },
        endTxn: () => ({}),
      },
      { transactionTimeoutMs: 100, sessionTimeoutMs: 10_000, heartbeatMs: 10 },
    );
    let committed = false;
    member.leases$.subscribe((lease) => {
      commitTo(lease).then(
        () => (committed = true),
        () => undefined,
      );
    });
    await until(() => committed);
    assert.deepEqual(asked.slice(0, 3), [100, 200, 400]);
    await member.leave();
  });
});
