import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Broker } from '../../../src/ports/broker.ts';
import {
  bytes,
  hasCode,
  readAll,
  readTexts,
  record,
  text,
  type BrokerScene,
} from './broker-scene.ts';

/** Leases: polling, and commits that are whole or nothing. */
export function groupContract(scene: BrokerScene): void {
  const { fresh, topic, joined, leaseOf, take, patienceMs } = scene;
  let broker: Broker;
  beforeEach(() => {
    broker = scene.broker;
  });

  describe('groups', () => {
    it('hands every partition to a sole member, from the earliest record on, without state', async () => {
      const [one, two] = [await topic(3), await topic(1)];
      const groupId = fresh('group');
      await broker.append([record(one, 'a', 2)]);
      const { group, leases } = await joined(groupId, [one, two], 4);
      const places = leases.map((lease) => `${lease.topic}/${lease.partition}`).sort();
      assert.deepEqual(places, [`${one}/0`, `${one}/1`, `${one}/2`, `${two}/0`].sort());
      for (const lease of leases) {
        const { earliest } = await broker.bounds(lease.topic, lease.partition);
        assert.equal(lease.startOffset, earliest);
        assert.equal(lease.state.size, 0);
        assert.equal(
          await broker.committedOffset(groupId, lease.topic, lease.partition),
          undefined,
        );
      }
      await group.leave();
    });

    it('polls on in order, never more than asked for', async () => {
      const name = await topic();
      const values = ['a', 'b', 'c', 'd', 'e'];
      for (const value of values) await broker.append([record(name, value)]);
      const { group, lease } = await leaseOf(fresh('group'), name);
      const read: (string | null)[] = [];
      while (read.length < 5) {
        const polled = await lease.poll({ maxRecords: 2, waitMs: patienceMs });
        assert.ok(polled.length === 1 || polled.length === 2, `${polled.length} records`);
        read.push(...polled.map(({ value }) => text(value)));
      }
      assert.deepEqual(read, values);
      assert.deepEqual(await lease.poll({ maxRecords: 2, waitMs: 10 }), []);
      await group.leave();
    });

    it('wakes a poll when a record comes', async () => {
      const name = await topic();
      const { group, lease } = await leaseOf(fresh('group'), name);
      const polled = lease.poll({ maxRecords: 10, waitMs: 20 * patienceMs });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await broker.append([record(name, 'late')]);
      assert.deepEqual(
        (await polled).map(({ value }) => text(value)),
        ['late'],
      );
      await group.leave();
    });

    it('commits records, offset and state together, and restores them', async () => {
      const [input, out, more] = [await topic(), await topic(2), await topic()];
      const groupId = fresh('group');
      await broker.append([record(input, 'a'), record(input, 'b')]);
      const { group, lease } = await leaseOf(groupId, input);
      const [a] = await take(lease, 1);
      const positions = await lease.commit({
        nextOffset: a!.offset + 1n,
        records: [record(out, 'x', 0), record(more, 'y'), record(out, 'z', 1)],
        state: new Map([
          ['count', bytes('1')],
          ['gone', bytes('soon')],
        ]),
      });
      assert.deepEqual(
        positions.map((p) => `${p.topic}/${p.partition}`),
        [`${out}/0`, `${more}/0`, `${out}/1`],
      );
      assert.deepEqual(await readTexts(broker, out, 0), ['x']);
      assert.deepEqual(await readTexts(broker, out, 1), ['z']);
      assert.deepEqual(await readTexts(broker, more), ['y']);
      assert.equal((await readAll(broker, more))[0]?.offset, positions[1]?.offset);
      assert.equal(await broker.committedOffset(groupId, input, 0), a!.offset + 1n);
      await lease.commit({
        nextOffset: a!.offset + 1n,
        records: [],
        state: new Map([
          ['gone', null],
          ['other', new Uint8Array(0)],
        ]),
      });
      assert.equal(lease.state.size, 0, 'the state of a lease stays as it was handed out');
      await group.leave();

      const again = await leaseOf(groupId, input);
      assert.equal(again.lease.startOffset, a!.offset + 1n);
      assert.deepEqual([...again.lease.state].map(([key, value]) => [key, text(value)]).sort(), [
        ['count', '1'],
        ['other', ''],
      ]);
      assert.deepEqual(
        (await take(again.lease, 1)).map(({ value }) => text(value)),
        ['b'],
      );
      await again.group.leave();
    });

    it('keeps state and offsets by group, topic and partition', async () => {
      const [one, two] = [await topic(2), await topic()];
      // Names that would run into each other if they were only written one after the other.
      const [groupA, groupB] = [fresh('group'), fresh('group')];
      const members = [await joined(groupA, [one, two], 3), await joined(groupB, [one, two], 3)];
      const labels = new Map<string, string>();
      for (const [m, { leases }] of members.entries()) {
        for (const [i, lease] of leases.entries()) {
          const label = `${m}/${i}`;
          labels.set(`${m} ${lease.topic} ${lease.partition}`, label);
          await lease.commit({
            nextOffset: BigInt(10 * m + i),
            records: [],
            state: new Map([['label', bytes(label)]]),
          });
        }
      }
      for (const { group } of members) await group.leave();
      for (const [m, groupId] of [groupA, groupB].entries()) {
        // Offsets beyond the end are never polled here, so handing them out is all that happens.
        const { group, leases } = await joined(groupId, [one, two], 3);
        for (const lease of leases) {
          const label = labels.get(`${m} ${lease.topic} ${lease.partition}`)!;
          assert.deepEqual(
            [...lease.state].map(([key, value]) => [key, text(value)]),
            [['label', label]],
          );
          const offset = BigInt(10 * m + Number(label.split('/')[1]));
          assert.equal(await broker.committedOffset(groupId, lease.topic, lease.partition), offset);
          assert.equal(lease.startOffset, offset);
        }
        await group.leave();
      }
    });

    it('writes nothing of a commit that fails, and goes on', async () => {
      const [input, out] = [await topic(), await topic()];
      const groupId = fresh('group');
      await broker.append([record(input, 'a')]);
      const { group, lease } = await leaseOf(groupId, input);
      const nextOffset = (await take(lease, 1))[0]!.offset + 1n;
      const state = new Map([['n', bytes('1')]]);
      await assert.rejects(
        lease.commit({
          nextOffset,
          records: [record(out, 'x'), record(fresh('unknown'), 'y')],
          state,
        }),
        hasCode('TOPIC_UNKNOWN'),
      );
      const value = new Uint8Array(2 * 1024 * 1024);
      await assert.rejects(
        lease.commit({
          nextOffset,
          records: [record(out, 'x'), { ...record(out, ''), value }],
          state,
        }),
        hasCode('RECORD_TOO_LARGE'),
      );
      await assert.rejects(
        lease.commit({
          nextOffset,
          records: [record(out, 'x')],
          state: new Map([['large', value]]),
        }),
        hasCode('RECORD_TOO_LARGE'),
      );
      assert.deepEqual(await readTexts(broker, out), []);
      assert.equal(await broker.committedOffset(groupId, input, 0), undefined);
      await lease.commit({ nextOffset, records: [record(out, 'z')], state: new Map() });
      assert.deepEqual(await readTexts(broker, out), ['z']);
      await group.leave();
      const again = await leaseOf(groupId, input);
      assert.equal(again.lease.state.size, 0);
      assert.equal(again.lease.startOffset, nextOffset);
      await again.group.leave();
    });
  });
}
