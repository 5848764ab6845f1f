import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionForKey } from '../../../src/broker/partition-for-key.ts';
import type { Broker, OutgoingRecord } from '../../../src/ports/broker.ts';
import {
  bytes,
  hasCode,
  readAll,
  readTexts,
  record,
  text,
  type BrokerScene,
} from './broker-scene.ts';

/** Topics, and records outside any group. */
export function appendContract(scene: BrokerScene): void {
  const { fresh, topic } = scene;
  let broker: Broker;
  beforeEach(() => {
    broker = scene.broker;
  });

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

    it('says how a topic is set up, as it was last asked for', async () => {
      const name = fresh('topic');
      await broker.ensureTopics([{ name, compacted: true }]);
      const kept = { retentionMs: null, retentionBytes: null };
      const { copies, ...first } = await broker.setup(name);
      assert.deepEqual(first, { compacted: true, ...kept });
      assert.ok(copies === null || copies >= 1, String(copies));
      await broker.ensureTopics([{ name, retentionMs: 60_000 }]);
      const second = { compacted: false, retentionMs: 60_000, retentionBytes: null, copies };
      // A broker of Kafka says that it has taken a change before it shows it.
      const deadline = performance.now() + 30_000;
      while ((await broker.setup(name)).compacted && performance.now() < deadline) await sleep(100);
      assert.deepEqual(await broker.setup(name), second);
      await assert.rejects(broker.setup(fresh('unknown')), hasCode('TOPIC_UNKNOWN'));
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
      const positions = await broker.append(keys.map((key) => ({ topic: name, key, value: key })));
      assert.deepEqual(
        positions.map(({ partition }) => partition),
        keys.map((key) => partitionForKey(key, 5)),
      );
    });

    it('keeps every record without a key, in some partition', async () => {
      const name = await topic(3);
      const values = Array.from({ length: 9 }, (_, i) => `value ${i}`);
      await broker.append(values.map((value) => ({ topic: name, key: null, value: bytes(value) })));
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
}
