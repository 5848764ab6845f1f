import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Broker } from '../../../src/ports/broker.ts';
import {
  bytes,
  hasCode,
  isLive,
  readTexts,
  record,
  text,
  type BrokerScene,
} from './broker-scene.ts';

/** Members that come and go. */
export function rebalanceContract(scene: BrokerScene): void {
  const { fresh, topic, until, follow, joined, leaseOf, take, patienceMs } = scene;
  let broker: Broker;
  beforeEach(() => {
    broker = scene.broker;
  });

  describe('rebalance', () => {
    it('shares out partitions when a member joins, and fences the former owner', async () => {
      const [input, out] = [await topic(4), await topic()];
      const groupId = fresh('group');
      const first = await joined(groupId, [input], 4);
      const polling = first.leases[0]!.poll({ maxRecords: 1, waitMs: 20 * patienceMs });
      const fencedPoll = assert.rejects(polling, hasCode('FENCED'));
      const second = follow(await broker.join(groupId, [input]));
      await until('two leases each', () => first.live().length === 2 && second.live().length === 2);
      for (const lease of first.leases) assert.ok(!isLive(lease), 'every old lease is revoked');
      await fencedPoll;
      const shared = [...first.live(), ...second.live()].map(({ partition }) => partition);
      assert.deepEqual(shared.sort(), [0, 1, 2, 3]);
      for (const lease of first.leases) {
        await assert.rejects(
          lease.commit({
            nextOffset: 7n,
            records: [record(out, 'zombie')],
            state: new Map([['zombie', bytes('!')]]),
          }),
          hasCode('FENCED'),
        );
        assert.equal(await broker.committedOffset(groupId, input, lease.partition), undefined);
      }
      assert.deepEqual(await readTexts(broker, out), []);
      const [lease] = second.live();
      await lease!.commit({ nextOffset: 0n, records: [record(out, 'owner')], state: new Map() });
      assert.deepEqual(await readTexts(broker, out), ['owner']);
      await first.group.leave();
      await second.group.leave();
    });

    it('tells each member what it is assigned, none too, and nothing while it joins again', async () => {
      const input = await topic(1);
      const groupId = fresh('group');
      const watch = async () => {
        const group = await broker.join(groupId, [input]);
        const told: (number[] | null)[] = [];
        let isComplete = false;
        group.assigned$.subscribe({
          next: (places) => {
            for (const place of places ?? []) assert.equal(place.topic, input);
            told.push(places?.map(({ partition }) => partition) ?? null);
          },
          complete: () => (isComplete = true),
        });
        return { group, told, isComplete: () => isComplete };
      };
      const first = await watch();
      await until('the partition', () => first.told.at(-1)?.length === 1);
      assert.deepEqual(first.told.at(-1), [0]);
      const before = first.told.length;
      const second = await watch();
      const members = [first, second];
      await until('both know', () =>
        members.every(({ told }) => told.at(-1)?.length !== undefined),
      );
      await until(
        'shared out',
        () => members.flatMap(({ told }) => told.at(-1) ?? []).length === 1,
      );
      assert.equal(first.told[before], null);
      for (const { group, isComplete, told } of members) {
        await group.leave();
        await until('its end', isComplete);
        assert.equal(told.at(-1), null);
      }
    });

    it('hands a leaver’s partitions on, with offset and state', async () => {
      const input = await topic();
      const groupId = fresh('group');
      await broker.append([record(input, 'a'), record(input, 'b')]);
      const first = await joined(groupId, [input], 1);
      const second = follow(await broker.join(groupId, [input]));
      const members = [first, second];
      await until('one owner', () => members.flatMap((m) => m.live()).length === 1);
      // Which of the two owns the partition is the broker's choice.
      const owner = members.find((m) => m.live().length === 1)!;
      const other = members.find((m) => m !== owner)!;
      const lease = owner.live()[0]!;
      const [a] = await take(lease, 1);
      await lease.commit({
        nextOffset: a!.offset + 1n,
        records: [],
        state: new Map([['seen', bytes('a')]]),
      });
      await owner.group.leave();
      assert.ok(!isLive(lease));
      await until('completion', () => owner.completed);
      await assert.rejects(
        lease.commit({ nextOffset: 0n, records: [], state: new Map() }),
        hasCode('FENCED'),
      );
      await until('the next owner', () => other.live().length === 1);
      const next = other.live()[0]!;
      assert.equal(next.startOffset, a!.offset + 1n);
      assert.equal(text(next.state.get('seen')!), 'a');
      assert.deepEqual(
        (await take(next, 1)).map(({ value }) => text(value)),
        ['b'],
      );
      await other.group.leave();
    });

    it('completes a leaver’s leases and revokes them', async () => {
      const input = await topic(2);
      const member = follow(await broker.join(fresh('group'), [input]));
      await until('two leases', () => member.live().length === 2);
      await member.group.leave();
      await until('completion', () => member.completed);
      assert.equal(member.live().length, 0);
      await member.group.leave();
    });

    it('shows the leases it holds to whoever subscribes late', async () => {
      const input = await topic(2);
      const { group, leases } = await joined(fresh('group'), [input], 2);
      const late = follow(group);
      await until('two leases', () => late.live().length === 2);
      assert.deepEqual(
        late.seen.sort((a, b) => a.partition - b.partition),
        leases,
      );
      await group.leave();
    });

    it('reads what a group reads without disturbing it', async () => {
      const input = await topic();
      await broker.append([record(input, 'a'), record(input, 'b')]);
      const { group, lease } = await leaseOf(fresh('group'), input);
      assert.deepEqual(
        (await take(lease, 1)).map(({ value }) => text(value)),
        ['a'],
      );
      assert.deepEqual(await readTexts(broker, input), ['a', 'b']);
      assert.deepEqual(
        (await take(lease, 1)).map(({ value }) => text(value)),
        ['b'],
      );
      await group.leave();
    });
  });
}
