import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { partitionForKey } from '../../src/broker/partition-for-key.ts';
import { SeclError } from '../../src/errors/secl-error.ts';
import type {
  Broker,
  ConsumerGroup,
  IncomingRecord,
  OutgoingRecord,
  PartitionLease,
} from '../../src/ports/broker.ts';

/** A broker as the suite gets it: its topics are the suite's own. */
export interface BrokerUnderTest {
  readonly broker: Broker;
  /** Closes and opens again what stands behind; absent if it forgets everything. */
  readonly reopen?: () => Promise<Broker>;
  /** Moves the broker's clock on; absent if it cannot be moved, and then `clean()` is not held to anything. */
  readonly moveClock?: (ms: number) => void;
  /** Closes everything and removes what it left. */
  dispose(): Promise<void>;
}

/** What runs the suite. */
export interface BrokerContract {
  readonly name: string;
  open(): Promise<BrokerUnderTest>;
  /** Longest wait for a rebalance or a record. @defaultValue 5000 */
  readonly patienceMs?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const text = (value: Uint8Array | null): string | null =>
  value === null ? null : decoder.decode(value);
const record = (topic: string, value: string, partition = 0): OutgoingRecord => ({
  topic,
  partition,
  key: null,
  value: bytes(value),
});

async function readAll(broker: Broker, topic: string, partition = 0): Promise<IncomingRecord[]> {
  const { earliest } = await broker.bounds(topic, partition);
  const records: IncomingRecord[] = [];
  for await (const item of broker.read(topic, partition, earliest)) records.push(item);
  return records;
}

async function readTexts(broker: Broker, topic: string, partition = 0): Promise<(string | null)[]> {
  return (await readAll(broker, topic, partition)).map(({ value }) => text(value));
}

const hasCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof SeclError, `a SeclError, not ${String(error)}`);
  assert.equal(error.code, code);
  return true;
};

/**
 * What every broker owes its callers, and no more: offsets have gaps, a rebalance revokes everything, only
 * committed records are read, leases come some time after joining.
 */
export function brokerContract(contract: BrokerContract): void {
  const patienceMs = contract.patienceMs ?? 5000;

  const until = async (what: string, condition: () => boolean): Promise<void> => {
    const deadline = performance.now() + patienceMs;
    while (!condition()) {
      assert.ok(performance.now() < deadline, `waited ${patienceMs} ms for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  /** A member that keeps its leases; `live` are those that are not revoked. */
  const follow = (group: ConsumerGroup) => {
    const seen: PartitionLease[] = [];
    const member = { group, seen, completed: false, live: () => seen.filter(isLive) };
    group.leases$.subscribe({
      next: (lease) => seen.push(lease),
      complete: () => {
        member.completed = true;
      },
    });
    return member;
  };
  const isLive = (lease: PartitionLease): boolean => !lease.revoked.aborted;

  /** Polls until so many records have come. */
  const take = async (lease: PartitionLease, count: number): Promise<IncomingRecord[]> => {
    const records: IncomingRecord[] = [];
    const deadline = performance.now() + patienceMs;
    while (records.length < count) {
      assert.ok(performance.now() < deadline, `${records.length} of ${count} records came`);
      records.push(...(await lease.poll({ maxRecords: count - records.length, waitMs: 50 })));
    }
    return records;
  };

  describe(`broker contract: ${contract.name}`, () => {
    let under: BrokerUnderTest;
    let broker: Broker;
    let names = 0;
    const stamp = `${process.pid}-${Math.trunc(performance.timeOrigin)}`;
    const fresh = (kind: string): string => `${kind}-${stamp}-${names++}`;

    beforeEach(async () => {
      under = await contract.open();
      broker = under.broker;
    });
    afterEach(() => under.dispose());

    const topic = async (partitions = 1, more = {}): Promise<string> => {
      const name = fresh('topic');
      await broker.ensureTopics([{ name, partitions, ...more }]);
      return name;
    };
    /** Joins and waits for so many leases, sorted by partition. */
    const joined = async (groupId: string, topics: string[], leases: number) => {
      const member = follow(await broker.join(groupId, topics));
      await until(`${leases} leases`, () => member.live().length === leases);
      return {
        ...member,
        leases: member.live().sort((a, b) => a.partition - b.partition),
      };
    };
    /** The one lease of a topic with one partition. */
    const leaseOf = async (groupId: string, name: string) => {
      const { group, leases } = await joined(groupId, [name], 1);
      return { group, lease: leases[0]! };
    };

    describe('topics', () => {
      it('creates what is missing and reports partition counts', async () => {
        const [one, three] = [fresh('topic'), fresh('topic')];
        await broker.ensureTopics([{ name: one }, { name: three, partitions: 3 }]);
        const topics = await broker.topics();
        assert.equal(topics.get(one), 1);
        assert.equal(topics.get(three), 3);
      });

      it('leaves partitions and records of an existing topic alone', async () => {
        const name = await topic(2);
        await broker.append([record(name, 'kept', 1)]);
        await broker.ensureTopics([{ name, partitions: 5 }]);
        assert.equal((await broker.topics()).get(name), 2);
        assert.deepEqual(await readTexts(broker, name, 1), ['kept']);
      });

      it('has an empty range of offsets in a new partition', async () => {
        const name = await topic();
        const { earliest, end } = await broker.bounds(name, 0);
        assert.equal(earliest, end);
        assert.deepEqual(await readAll(broker, name), []);
      });

      it('knows unknown topics and partitions', async () => {
        const unknown = fresh('unknown');
        const known = await topic();
        const fails = hasCode('TOPIC_UNKNOWN');
        await assert.rejects(broker.append([record(unknown, 'x')]), fails);
        await assert.rejects(broker.append([record(known, 'x', 1)]), fails);
        await assert.rejects(broker.bounds(unknown, 0), fails);
        await assert.rejects(broker.bounds(known, 1), fails);
        await assert.rejects(broker.join(fresh('group'), [unknown]), fails);
        await assert.rejects(async () => {
          for await (const _ of broker.read(unknown, 0, 0n));
        }, fails);
      });
    });

    describe('append and read', () => {
      it('gives back what was written, byte for byte', async () => {
        const name = await topic();
        const value = Uint8Array.from({ length: 256 }, (_, i) => i);
        const written: OutgoingRecord[] = [
          { topic: name, partition: 0, key: bytes('k'), value, timestampMs: 1_700_000_000_123 },
          { topic: name, partition: 0, key: null, value: null },
          {
            topic: name,
            partition: 0,
            key: new Uint8Array(0),
            value: new Uint8Array(0),
            headers: { traceparent: bytes('00-ab'), 'an empty one': new Uint8Array(0) },
          },
        ];
        const positions = await broker.append(written);
        const read = await readAll(broker, name);
        assert.equal(read.length, 3);
        read.forEach((item, i) => {
          const expected = written[i]!;
          const plain = (b: Uint8Array | null): number[] | null => (b === null ? null : [...b]);
          assert.deepEqual(plain(item.key), plain(expected.key));
          assert.deepEqual(plain(item.value), plain(expected.value));
          const headers = Object.entries(item.headers).map(([n, b]) => [n, ...b]);
          assert.deepEqual(
            headers,
            Object.entries(expected.headers ?? {}).map(([n, b]) => [n, ...b]),
          );
          assert.deepEqual(
            { topic: item.topic, partition: item.partition, offset: item.offset },
            positions[i],
          );
        });
        assert.equal(read[0]?.timestampMs, 1_700_000_000_123);
        assert.ok(read[1]!.timestampMs > 0);
      });

      it('numbers records upwards, with the end above all of them', async () => {
        const name = await topic();
        const first = await broker.append([record(name, 'a'), record(name, 'b')]);
        const second = await broker.append([record(name, 'c')]);
        const offsets = [...first, ...second].map(({ offset }) => offset);
        assert.deepEqual(
          offsets,
          [...offsets].sort((a, b) => Number(a - b)),
        );
        assert.equal(new Set(offsets).size, 3);
        const { earliest, end } = await broker.bounds(name, 0);
        assert.ok(earliest <= offsets[0]! && offsets[2]! < end);
        assert.deepEqual(await readTexts(broker, name), ['a', 'b', 'c']);
      });

      it('reads on from any offset, the end included', async () => {
        const name = await topic();
        await broker.append(['a', 'b', 'c', 'd'].map((value) => record(name, value)));
        const all = await readAll(broker, name);
        for (const [i, { offset }] of all.entries()) {
          const rest: (string | null)[] = [];
          for await (const { value } of broker.read(name, 0, offset + 1n)) rest.push(text(value));
          assert.deepEqual(rest, ['a', 'b', 'c', 'd'].slice(i + 1));
        }
        const { end } = await broker.bounds(name, 0);
        for await (const _ of broker.read(name, 0, end)) assert.fail('nothing is at the end');
      });

      it('puts a key where its hash says', async () => {
        const name = await topic(5);
        const keys = Array.from({ length: 20 }, (_, i) => bytes(`key ${i}`));
        const positions = await broker.append(
          keys.map((key) => ({ topic: name, key, value: key })),
        );
        assert.deepEqual(
          positions.map(({ partition }) => partition),
          keys.map((key) => partitionForKey(key, 5)),
        );
      });

      it('keeps every record without a key, in some partition', async () => {
        const name = await topic(3);
        const values = Array.from({ length: 9 }, (_, i) => `value ${i}`);
        await broker.append(
          values.map((value) => ({ topic: name, key: null, value: bytes(value) })),
        );
        const read = await Promise.all([0, 1, 2].map((p) => readTexts(broker, name, p)));
        assert.deepEqual(read.flat().sort(), values);
      });

      it('writes nothing of an append that fails', async () => {
        const name = await topic(2);
        const tooLarge = { ...record(name, ''), value: new Uint8Array(2 * 1024 * 1024) };
        await assert.rejects(
          broker.append([record(name, 'a'), record(name, 'b', 1), record(fresh('unknown'), 'c')]),
          hasCode('TOPIC_UNKNOWN'),
        );
        await assert.rejects(
          broker.append([record(name, 'a'), record(name, 'b', 1), tooLarge]),
          hasCode('RECORD_TOO_LARGE'),
        );
        assert.deepEqual(await readTexts(broker, name, 0), []);
        assert.deepEqual(await readTexts(broker, name, 1), []);
        await broker.append([record(name, 'after')]);
        assert.deepEqual(await readTexts(broker, name, 0), ['after']);
      });

      it('takes nothing for granted of the bytes it was handed', async () => {
        const name = await topic();
        const value = bytes('as written');
        const written = broker.append([{ ...record(name, ''), value }]);
        value.fill(0);
        await written;
        (await readAll(broker, name))[0]!.value!.fill(0);
        assert.deepEqual(await readTexts(broker, name), ['as written']);
      });

      it('keeps each of many concurrent appends whole and in order', async () => {
        const name = await topic();
        await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            broker.append([record(name, `${i} first`), record(name, `${i} second`)]),
          ),
        );
        const values = await readTexts(broker, name);
        assert.equal(values.length, 40);
        for (let i = 0; i < 20; i++) {
          const at = values.indexOf(`${i} first`);
          assert.ok(at >= 0 && values.indexOf(`${i} second`) > at);
        }
      });

      it('reads a long partition in order, up to the end it had', async () => {
        const name = await topic();
        const values = Array.from({ length: 1000 }, (_, i) => `value ${i}`);
        await broker.append(values.map((value) => record(name, value)));
        const { earliest } = await broker.bounds(name, 0);
        const read: (string | null)[] = [];
        for await (const { value } of broker.read(name, 0, earliest)) {
          read.push(text(value));
          // A writer that never rests must not keep a reader from finishing.
          if (read.length % 100 === 0) await broker.append([record(name, 'later')]);
        }
        assert.deepEqual(read, values);
      });

      it('stops reading when told to', async () => {
        const name = await topic();
        await broker.append([record(name, 'a'), record(name, 'b')]);
        const { earliest } = await broker.bounds(name, 0);
        const controller = new AbortController();
        const read: (string | null)[] = [];
        await assert.rejects(async () => {
          for await (const { value } of broker.read(name, 0, earliest, controller.signal)) {
            read.push(text(value));
            controller.abort();
          }
        }, hasCode('CANCELLED'));
        assert.deepEqual(read, ['a']);
      });
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
            assert.equal(
              await broker.committedOffset(groupId, lease.topic, lease.partition),
              offset,
            );
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

      it('shares out partitions when a member joins, and fences the former owner', async () => {
        const [input, out] = [await topic(4), await topic()];
        const groupId = fresh('group');
        const first = await joined(groupId, [input], 4);
        const polling = first.leases[0]!.poll({ maxRecords: 1, waitMs: 20 * patienceMs });
        const fencedPoll = assert.rejects(polling, hasCode('FENCED'));
        const second = follow(await broker.join(groupId, [input]));
        await until(
          'two leases each',
          () => first.live().length === 2 && second.live().length === 2,
        );
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
        await until('completion', () => owner.completed || owner === first);
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
        if (under.reopen === undefined) {
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
        broker = await under.reopen();
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
          if (under.moveClock === undefined) t.skip('this broker cleans when it likes');
          else await test(under.moveClock);
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

      itCleans(
        'fails a poll whose next record is gone, and only such a poll',
        async (moveClock) => {
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
        },
      );

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
  });
}
