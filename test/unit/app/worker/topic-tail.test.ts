import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryBroker } from '../../../../src/adapters/memory/memory-broker.ts';
import { createTopicTail, type TopicTail } from '../../../../src/app/worker/topic-tail.ts';
import type { Broker, IncomingRecord } from '../../../../src/ports/broker.ts';
import { manualClock } from '../../../support/manual-clock.ts';

async function brokerWith(...texts: readonly string[]): Promise<Broker> {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 't' }]);
  await add(broker, ...texts);
  return broker;
}

async function add(broker: Broker, ...texts: readonly string[]): Promise<void> {
  for (const text of texts)
    await broker.append([{ topic: 't', key: null, value: new TextEncoder().encode(text) }]);
}

const textsOf = (records: readonly { readonly value: Uint8Array | null }[]): string[] =>
  records.map(({ value }) => new TextDecoder().decode(value ?? undefined));

async function fresh(tail: TopicTail): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  await tail.visit((record) => records.push(record));
  return records;
}

describe('createTopicTail', () => {
  it('gives what is there, then what has come since', async () => {
    const broker = await brokerWith('a', 'b');
    const tail = createTopicTail(broker, 't', 0);
    assert.deepEqual(textsOf(await fresh(tail)), ['a', 'b']);
    assert.deepEqual(await fresh(tail), []);
    await add(broker, 'c');
    assert.deepEqual(textsOf(await fresh(tail)), ['c']);
  });

  it('gives each record once to calls at the same time', async () => {
    const broker = await brokerWith('a', 'b', 'c');
    const tail = createTopicTail(broker, 't', 0);
    const both = await Promise.all([fresh(tail), fresh(tail)]);
    assert.deepEqual(both.flatMap(textsOf), ['a', 'b', 'c']);
  });

  it('does not read again where the end has not moved', async () => {
    const broker = await brokerWith('a');
    let reads = 0;
    const read: Broker['read'] = (...parameters) => {
      reads += 1;
      return broker.read(...parameters);
    };
    const tail = createTopicTail({ bounds: (...at) => broker.bounds(...at), read }, 't', 0);
    // After the last record comes an offset that holds none, as a transaction's end does.
    assert.ok((await broker.bounds('t', 0)).end > 1n);
    for (let i = 0; i < 3; i++) await fresh(tail);
    assert.equal(reads, 1);
  });

  it('begins where it is told, and goes on with what is kept', async () => {
    const broker = await brokerWith('a', 'b');
    const [, second] = await fresh(createTopicTail(broker, 't', 0));
    assert.deepEqual(textsOf(await fresh(createTopicTail(broker, 't', 0, second?.offset))), ['b']);
    const late = { ...(await broker.bounds('t', 0)), earliest: second?.offset ?? 0n };
    const cut = { bounds: () => Promise.resolve(late), read: broker.read };
    assert.deepEqual(textsOf(await fresh(createTopicTail(cut, 't', 0))), ['b']);
  });

  it('says of a topic that was made again that it was, unless its leader has just begun', async () => {
    const read = await brokerWith('a', 'b');
    const again = await brokerWith();
    let broker = read;
    const tailWithin = (shortMs: number): TopicTail =>
      createTopicTail(
        {
          bounds: (...at) => broker.bounds(...at),
          read: (...at) => broker.read(...at),
        },
        't',
        0,
        0n,
        shortMs,
      );
    const patient = tailWithin(60_000);
    const strict = tailWithin(0);
    await fresh(patient);
    await fresh(strict);
    broker = again;
    await assert.rejects(fresh(strict), {
      code: 'OFFSET_OUT_OF_RANGE',
      message: /^t\/0 ends at 0, and was read up to \d+: the topic was deleted and made again$/,
    });
    assert.deepEqual(await fresh(patient), []);
    broker = read;
    await add(broker, 'c');
    assert.deepEqual(textsOf(await fresh(patient)), ['c']);
  });

  it('begins again with a topic that was made again, where somebody is told of it', async () => {
    let broker = await brokerWith('a', 'b');
    const told: string[] = [];
    const tail = createTopicTail(
      { bounds: (...at) => broker.bounds(...at), read: (...at) => broker.read(...at) },
      't',
      0,
      0n,
      0,
      (sentence) => told.push(sentence),
    );
    await fresh(tail);
    broker = await brokerWith('c');
    assert.deepEqual(textsOf(await fresh(tail)), ['c']);
    assert.deepEqual(await fresh(tail), []);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /made again, and is read from its beginning$/);
  });

  it('goes on where a reader one by one has stopped', async () => {
    const tail = createTopicTail(await brokerWith('a', 'b', 'c'), 't', 0);
    for await (const { offset } of tail.each()) {
      assert.equal(tail.next, offset + 1n);
      break;
    }
    assert.deepEqual(textsOf(await fresh(tail)), ['b', 'c']);
  });

  it('can be asked again after a failure', async () => {
    const broker = await brokerWith('a');
    let fails = true;
    const bounds: Broker['bounds'] = (...at) =>
      fails ? Promise.reject(new Error('away')) : broker.bounds(...at);
    const tail = createTopicTail({ bounds, read: broker.read }, 't', 0);
    await assert.rejects(fresh(tail), /away/);
    fails = false;
    assert.deepEqual(textsOf(await fresh(tail)), ['a']);
  });

  it('loses nothing where reading breaks half way', async () => {
    const broker = await brokerWith('a', 'b', 'c');
    let breaks = true;
    const read: Broker['read'] = async function* (...parameters) {
      for await (const record of broker.read(...parameters)) {
        yield record;
        if (breaks) throw new Error('away');
      }
    };
    const tail = createTopicTail({ bounds: (...at) => broker.bounds(...at), read }, 't', 0);
    const seen: IncomingRecord[] = [];
    const visit = (): Promise<void> => tail.visit((record) => seen.push(record));
    await assert.rejects(visit(), /away/);
    breaks = false;
    await visit();
    assert.deepEqual(textsOf(seen), ['a', 'b', 'c']);
  });
});
