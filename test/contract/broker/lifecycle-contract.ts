import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Broker, OutgoingRecord } from '../../../src/ports/broker.ts';
import {
  bytes,
  hasCode,
  isLive,
  readAll,
  readTexts,
  record,
  text,
  type BrokerScene,
} from './broker-scene.ts';

/** Closing, opening again, and cleaning. */
export function lifecycleContract(scene: BrokerScene): void {
  const { fresh, topic, until, follow, joined, leaseOf, take, patienceMs } = scene;
  let broker: Broker;
  beforeEach(() => {
    broker = scene.broker;
  });

  describe('close', () => {
    it('ends everything with BROKER_CLOSED', async () => {
      const name = await topic();
      const groupId = fresh('group');
      const member = await joined(groupId, [name], 1);
      const lease = member.leases[0]!;
      const reading = broker.read(name, 0, 0n);
      const polling = lease.poll({ maxRecords: 1, waitMs: 20 * patienceMs });
      const closed = hasCode('BROKER_CLOSED');
      const closedPoll = assert.rejects(polling, closed);
      await broker.close();
      await closedPoll;
      assert.ok(!isLive(lease));
      const commit = { nextOffset: 0n, records: [], state: new Map() };
      await assert.rejects(lease.commit(commit), closed);
      await assert.rejects(lease.poll({ maxRecords: 1, waitMs: 0 }), closed);
      await assert.rejects(broker.ensureTopics([{ name }]), closed);
      await assert.rejects(broker.topics(), closed);
      await assert.rejects(broker.bounds(name, 0), closed);
      await assert.rejects(broker.committedOffset(groupId, name, 0), closed);
      await assert.rejects(broker.append([record(name, 'x')]), closed);
      await assert.rejects(broker.join(groupId, [name]), closed);
      await assert.rejects(broker.clean(), closed);
      await assert.rejects(async () => {
        for await (const _ of reading);
      }, closed);
      await member.group.leave();
      await broker.close();
    });

    it('completes the leases of every member', async () => {
      const name = await topic();
      const member = follow(await broker.join(fresh('group'), [name]));
      await until('a lease', () => member.live().length === 1);
      await broker.close();
      await until('completion', () => member.completed);
    });
  });

  describe('opened again', () => {
    it('holds what was committed', async (t) => {
      if (scene.reopen === undefined) {
        t.skip('this broker forgets everything when it is closed');
        return;
      }
      const [input, out] = [await topic(2), await topic()];
      const groupId = fresh('group');
      await broker.append([record(input, 'a', 1), record(input, 'b', 1)]);
      const { leases } = await joined(groupId, [input], 2);
      const [a] = await take(leases[1]!, 1);
      await leases[1]!.commit({
        nextOffset: a!.offset + 1n,
        records: [record(out, 'x')],
        state: new Map([['n', bytes('1')]]),
      });
      const before = await broker.bounds(out, 0);
      broker = await scene.reopen();
      assert.equal((await broker.topics()).get(input), 2);
      assert.deepEqual(await broker.bounds(out, 0), before);
      assert.deepEqual(await readTexts(broker, input, 1), ['a', 'b']);
      assert.deepEqual(await readTexts(broker, out), ['x']);
      assert.equal(await broker.committedOffset(groupId, input, 1), a!.offset + 1n);
      const again = await joined(groupId, [input], 2);
      assert.equal(text(again.leases[1]!.state.get('n')!), '1');
      assert.deepEqual(
        (await take(again.leases[1]!, 1)).map(({ value }) => text(value)),
        ['b'],
      );
      const [next] = await broker.append([record(out, 'y')]);
      assert.ok(next!.offset >= before.end);
    });
  });

  describe('clean', () => {
    /** Runs a test only where the clock can be moved. */
    const itCleans = (
      title: string,
      test: (moveClock: (ms: number) => void) => Promise<void>,
    ): void => {
      it(title, async (t) => {
        if (scene.under.moveClock !== undefined) {
          await test(scene.under.moveClock);
          return;
        }
        // Hooks after a test are left out where it is skipped, and connections would keep the process.
        await scene.under.dispose();
        t.skip('this broker cleans when it likes');
      });
    };

    itCleans('deletes what is older than the retention, oldest first', async (moveClock) => {
      const name = await topic(1, { retentionMs: 1000 });
      await broker.append([record(name, 'a'), record(name, 'b')]);
      moveClock(600);
      await broker.append([record(name, 'c')]);
      await broker.clean();
      assert.deepEqual(await readTexts(broker, name), ['a', 'b', 'c']);
      const before = await broker.bounds(name, 0);
      moveClock(600);
      await broker.clean();
      assert.deepEqual(await readTexts(broker, name), ['c']);
      const after = await broker.bounds(name, 0);
      assert.ok(after.earliest > before.earliest);
      assert.equal(after.end, before.end);
      await assert.rejects(async () => {
        for await (const _ of broker.read(name, 0, before.earliest));
      }, hasCode('OFFSET_OUT_OF_RANGE'));
    });

    itCleans('deletes the oldest beyond the size, and an updated size counts', async () => {
      const name = await topic(1, { retentionBytes: 10_000 });
      const value = 'x'.repeat(2000);
      for (let i = 0; i < 8; i++) await broker.append([record(name, `${i}${value}`)]);
      await broker.clean();
      const firsts = (await readTexts(broker, name)).map((v) => v![0]);
      assert.deepEqual(firsts, ['4', '5', '6', '7']);
      await broker.ensureTopics([{ name, retentionBytes: 3000 }]);
      await broker.clean();
      assert.deepEqual(
        (await readTexts(broker, name)).map((v) => v![0]),
        ['7'],
      );
    });

    itCleans('fails a poll whose next record is gone, and only such a poll', async (moveClock) => {
      const name = await topic(1, { retentionMs: 1000 });
      const groupId = fresh('group');
      await broker.append([record(name, 'a'), record(name, 'b')]);
      const { group, lease } = await leaseOf(groupId, name);
      const done = await leaseOf(fresh('group'), name);
      const last = (await take(done.lease, 2))[1]!;
      await done.lease.commit({ nextOffset: last.offset + 1n, records: [], state: new Map() });
      await take(lease, 1);
      moveClock(2000);
      await broker.clean();
      await assert.rejects(
        lease.poll({ maxRecords: 1, waitMs: 0 }),
        hasCode('OFFSET_OUT_OF_RANGE'),
      );
      // Everything was consumed here, so nothing is missing.
      assert.deepEqual(await done.lease.poll({ maxRecords: 1, waitMs: 0 }), []);
      await broker.append([record(name, 'c')]);
      assert.deepEqual(
        (await take(done.lease, 1)).map(({ value }) => text(value)),
        ['c'],
      );
      await group.leave();
      await done.group.leave();
    });

    itCleans('keeps the newest record of each key of a compacted topic', async (moveClock) => {
      const name = await topic(1, { compacted: true });
      const keyed = (key: string, value: string | null): OutgoingRecord => ({
        topic: name,
        key: bytes(key),
        value: value === null ? null : bytes(value),
      });
      await broker.append([keyed('a', '1'), keyed('b', '1'), keyed('a', '2')]);
      await broker.append([keyed('b', null), keyed('c', '1')]);
      const newest = (await readAll(broker, name)).slice(2);
      await broker.clean();
      const kept = await readAll(broker, name);
      assert.deepEqual(kept, newest, 'what is kept is unchanged, offsets included');
      assert.deepEqual(
        kept.map(({ key, value }) => [text(key), text(value)]),
        [
          ['a', '2'],
          ['b', null],
          ['c', '1'],
        ],
      );
      moveClock(25 * 3600 * 1000);
      await broker.clean();
      assert.deepEqual(
        (await readAll(broker, name)).map(({ key }) => text(key)),
        ['a', 'c'],
        'a tombstone goes after a day',
      );
    });
  });
}
