import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import type { AlertInput } from '../../../src/alerts/alert-facts.ts';
import { createAlertSource, type AlertSource } from '../../../src/app/alert-source.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { BATCH_HEADER } from '../../../src/app/worker/batch-header.ts';
import { decisionOf, windowOf } from '../../support/dashboard-fixture.ts';
import { manualClock } from '../../support/manual-clock.ts';

const MINUTE = 60_000;
const never = new AbortController().signal;
const codecs = openRecordCodecs();
const topics = { answers: 'a', calibration: 'c', deadLetters: 'd', adapterDecisions: 'e' };
const value = Uint8Array.of(1);

/** All that a look gives, behind what was given before it. */
async function inputsOf(look: AlertSource, given: AlertInput[] = []): Promise<AlertInput[]> {
  for await (const portion of look(never)) given.push(...portion);
  return given;
}

const windowRecord = (ordinal: number) => ({
  topic: 'c',
  key: null,
  value: codecs.calibrationWindow.encode(windowOf({ ordinal })),
});
/** Ordinals of the windows, where there is nothing else. */
const ordinalsOf = (inputs: readonly AlertInput[]): unknown[] =>
  inputs.map((input) => (input.kind === 'window' ? input.value.ordinal : input));

async function brokerWithTopics(): Promise<Broker> {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics(Object.values(topics).map((name) => ({ name })));
  return broker;
}

test('windows and decisions from the beginning, answers and dead letters from now on', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics(
    Object.values(topics).map((name) => ({ name, partitions: name === 'a' ? 2 : 1 })),
  );
  const at = (topic: string, timestampMs: number, partition = 0) => ({
    topic,
    partition,
    key: null,
    value,
    timestampMs,
  });
  const window = windowOf({ ordinal: 4 });
  const decision = decisionOf();
  await broker.append([
    { topic: 'c', key: null, value: codecs.calibrationWindow.encode(window) },
    { topic: 'e', key: null, value: codecs.adapterDecision.encode(decision) },
    at('c', 1),
    at('a', 5 * MINUTE),
    at('a', 7 * MINUTE),
    at('d', 7 * MINUTE),
  ]);
  const look = createAlertSource({ broker, topics, codecs });
  assert.deepEqual(await inputsOf(look), [
    { kind: 'window', value: window },
    { kind: 'decision', value: decision },
    { kind: 'answers', count: 0, atMs: 7 * MINUTE },
  ]);
  assert.deepEqual(await inputsOf(look), []);
  await broker.append([
    at('a', 8 * MINUTE),
    at('a', 8 * MINUTE + 5),
    at('a', 9 * MINUTE),
    at('a', 9 * MINUTE, 1),
    at('d', 9 * MINUTE),
    // A training batch that was refused, which is no question.
    { ...at('d', 9 * MINUTE), headers: { [BATCH_HEADER]: value } },
  ]);
  assert.deepEqual(await inputsOf(look), [
    { kind: 'answers', count: 2, atMs: 8 * MINUTE + 5 },
    { kind: 'answers', count: 1, atMs: 9 * MINUTE },
    { kind: 'answers', count: 1, atMs: 9 * MINUTE },
    { kind: 'dead-letters', count: 1, atMs: 9 * MINUTE },
  ]);
});

test('topics that are not there yet are waited for', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  const look = createAlertSource({ broker, topics, codecs });
  assert.deepEqual(await inputsOf(look), []);
  await broker.ensureTopics([{ name: 'c' }]);
  await broker.append([
    { topic: 'c', key: null, value: codecs.calibrationWindow.encode(windowOf()) },
  ]);
  assert.equal((await inputsOf(look)).length, 1);
});

test('what was given before the broker failed is not given again', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics(Object.values(topics).map((name) => ({ name })));
  const window = windowOf({ ordinal: 4 });
  await broker.append([
    { topic: 'c', key: null, value: codecs.calibrationWindow.encode(window) },
    { topic: 'e', key: null, value: codecs.adapterDecision.encode(decisionOf()) },
  ]);
  let failures = 1;
  const look = createAlertSource({
    broker: {
      topics: () => broker.topics(),
      read: (...args) => broker.read(...args),
      bounds: (topic, partition) =>
        topic === 'e' && failures-- > 0
          ? Promise.reject(new Error('no route'))
          : broker.bounds(topic, partition),
    },
    topics,
    codecs,
  });
  const given: AlertInput[] = [];
  await assert.rejects(inputsOf(look, given), /no route/);
  await inputsOf(look, given);
  assert.deepEqual(given, [
    { kind: 'window', value: window },
    { kind: 'decision', value: decisionOf() },
  ]);
  assert.deepEqual(await inputsOf(look), []);
});

test('what was read before reading broke is given, once', async () => {
  const broker = await brokerWithTopics();
  for (const ordinal of [0, 1, 2]) await broker.append([windowRecord(ordinal)]);
  let breaks = true;
  const look = createAlertSource({
    broker: {
      topics: () => broker.topics(),
      bounds: (...at) => broker.bounds(...at),
      async *read(...args) {
        for await (const record of broker.read(...args)) {
          yield record;
          if (breaks && record.offset > 0n) throw new Error('no route');
        }
      },
    },
    topics,
    codecs,
  });
  const given: AlertInput[] = [];
  await assert.rejects(inputsOf(look, given), /no route/);
  breaks = false;
  await inputsOf(look, given);
  assert.deepEqual(ordinalsOf(given), [0, 1, 2]);
});

test('what a topic holds is given in portions, and read no further than that', async () => {
  const broker = await brokerWithTopics();
  const record = { topic: 'e', key: null, value: codecs.adapterDecision.encode(decisionOf()) };
  for (let i = 0; i < 3; i++) await broker.append(Array.from({ length: 900 }, () => record));
  // A few large ones are a portion too.
  const large = { topic: 'd', key: null, value: new Uint8Array(700_000) };
  let read = 0;
  const look = createAlertSource({
    broker: {
      topics: () => broker.topics(),
      bounds: (...at) => broker.bounds(...at),
      async *read(...args) {
        for await (const each of broker.read(...args)) {
          read += 1;
          yield each;
        }
      },
    },
    topics,
    codecs,
  });
  let given = 0;
  for await (const portion of look(never)) {
    given += portion.length;
    assert.ok(portion.length <= 1000);
    assert.equal(read, given);
  }
  assert.equal(given, 2700);
  await broker.append([large, large, large, large]);
  read = 0;
  for await (const portion of look(never)) {
    assert.deepEqual(
      portion.map((input) => 'count' in input && input.count),
      [2],
    );
    assert.equal(read % 2, 0);
  }
  assert.equal(read, 4);
});

test('whoever stops half way through a look goes on there', async () => {
  const broker = await brokerWithTopics();
  for (let i = 0; i < 3; i++)
    await broker.append(Array.from({ length: 500 }, (_, j) => windowRecord(500 * i + j)));
  const look = createAlertSource({ broker, topics, codecs });
  const given: AlertInput[] = [];
  for await (const portion of look(never)) {
    given.push(...portion);
    break;
  }
  assert.ok(given.length < 1500);
  given.push(...(await inputsOf(look)));
  assert.deepEqual(
    ordinalsOf(given),
    Array.from({ length: 1500 }, (_, ordinal) => ordinal),
  );
});

test('a topic that was deleted and made again is read from its beginning', async () => {
  const before = await brokerWithTopics();
  for (let ordinal = 0; ordinal < 5; ordinal++) await before.append([windowRecord(ordinal)]);
  const letter = { topic: 'd', key: null, value, timestampMs: MINUTE };
  await before.append([letter, letter, letter]);
  const after = await brokerWithTopics();
  let broker = before;
  const troubles: string[] = [];
  const sourceWithin = (shortMs: number): AlertSource =>
    createAlertSource({
      broker: {
        topics: () => broker.topics(),
        bounds: (...at) => broker.bounds(...at),
        read: (...args) => broker.read(...args),
      },
      topics,
      codecs,
      shortMs,
      onTrouble: (sentence) => troubles.push(sentence),
    });
  const strict = sourceWithin(0);
  const patient = sourceWithin(60_000);
  assert.equal((await inputsOf(strict)).length, 5);
  assert.equal((await inputsOf(patient)).length, 5);
  broker = after;
  await after.append([windowRecord(7), letter]);
  assert.deepEqual(await inputsOf(strict), [
    { kind: 'window', value: windowOf({ ordinal: 7 }) },
    { kind: 'dead-letters', count: 1, atMs: MINUTE },
  ]);
  assert.deepEqual(
    troubles.map((sentence) => sentence.replaceAll(/\d+/g, 'N')),
    ['c', 'd'].map(
      (topic) =>
        `${topic}/N ends at N, and was read up to N: the topic was deleted and made again, and is read from its beginning`,
    ),
  );
  await after.append([windowRecord(8)]);
  assert.deepEqual(ordinalsOf(await inputsOf(strict)), [8]);
  assert.equal(troubles.length, 2);
  // A leader that has just begun may not know its end yet.
  assert.deepEqual(await inputsOf(patient), []);
  broker = before;
  await before.append([windowRecord(5)]);
  assert.deepEqual(ordinalsOf(await inputsOf(patient)), [5]);
});

test('a partition whose end has not moved is not read again', async () => {
  const broker = await brokerWithTopics();
  await broker.append([windowRecord(0)]);
  let reads = 0;
  const look = createAlertSource({
    broker: {
      topics: () => broker.topics(),
      bounds: (...at) => broker.bounds(...at),
      read: (...args) => {
        reads += 1;
        return broker.read(...args);
      },
    },
    topics,
    codecs,
  });
  // After the last record comes an offset that holds none, as a transaction's end does.
  assert.ok((await broker.bounds('c', 0)).end > 1n);
  for (let i = 0; i < 3; i++) await inputsOf(look);
  assert.equal(reads, 1);
});
