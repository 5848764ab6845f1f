import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { createAlertSource } from '../../../src/app/alert-source.ts';
import { BATCH_HEADER } from '../../../src/app/worker/batch-header.ts';
import { decisionOf, windowOf } from '../../support/dashboard-fixture.ts';
import { manualClock } from '../../support/manual-clock.ts';

const MINUTE = 60_000;
const never = new AbortController().signal;
const codecs = openRecordCodecs();
const topics = { answers: 'a', calibration: 'c', deadLetters: 'd', adapterDecisions: 'e' };
const value = Uint8Array.of(1);

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
  const poll = createAlertSource({ broker, topics, codecs });
  assert.deepEqual(await poll(never), [
    { kind: 'window', value: window },
    { kind: 'decision', value: decision },
    { kind: 'answers', count: 0, atMs: 7 * MINUTE },
  ]);
  assert.deepEqual(await poll(never), []);
  await broker.append([
    at('a', 8 * MINUTE),
    at('a', 8 * MINUTE + 5),
    at('a', 9 * MINUTE),
    at('a', 9 * MINUTE, 1),
    at('d', 9 * MINUTE),
    // A training batch that was refused, which is no question.
    { ...at('d', 9 * MINUTE), headers: { [BATCH_HEADER]: value } },
  ]);
  assert.deepEqual(await poll(never), [
    { kind: 'answers', count: 2, atMs: 8 * MINUTE + 5 },
    { kind: 'answers', count: 1, atMs: 9 * MINUTE },
    { kind: 'answers', count: 1, atMs: 9 * MINUTE },
    { kind: 'dead-letters', count: 1, atMs: 9 * MINUTE },
  ]);
});

test('topics that are not there yet are waited for', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  const poll = createAlertSource({ broker, topics, codecs });
  assert.deepEqual(await poll(never), []);
  await broker.ensureTopics([{ name: 'c' }]);
  await broker.append([
    { topic: 'c', key: null, value: codecs.calibrationWindow.encode(windowOf()) },
  ]);
  assert.equal((await poll(never)).length, 1);
});

test('what was read before the broker failed is given by the next look', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics(Object.values(topics).map((name) => ({ name })));
  const window = windowOf({ ordinal: 4 });
  await broker.append([
    { topic: 'c', key: null, value: codecs.calibrationWindow.encode(window) },
    { topic: 'e', key: null, value: codecs.adapterDecision.encode(decisionOf()) },
  ]);
  let failures = 1;
  const poll = createAlertSource({
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
  await assert.rejects(poll(never), /no route/);
  assert.deepEqual(await poll(never), [
    { kind: 'window', value: window },
    { kind: 'decision', value: decisionOf() },
  ]);
  assert.deepEqual(await poll(never), []);
});

test('a topic may hold more records than a call has arguments', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics(Object.values(topics).map((name) => ({ name })));
  const record = { topic: 'e', key: null, value: codecs.adapterDecision.encode(decisionOf()) };
  for (let i = 0; i < 20; i++) await broker.append(Array.from({ length: 10_000 }, () => record));
  const poll = createAlertSource({ broker, topics, codecs });
  assert.equal((await poll(never)).length, 200_000);
});
