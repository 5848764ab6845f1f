import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import type { DashboardInput } from '../../../src/dashboard-view/dashboard-input.ts';
import { followTopics, type TopicFollower } from '../../../src/dashboard/follow-topics.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { answerOf, decisionOf } from '../../support/dashboard-fixture.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { jsonCodec } from '../../support/operator-fixture.ts';

const topics = {
  answers: 'answers',
  feedback: 'feedback',
  calibration: 'calibration',
  deadLetters: 'dead',
  trainingBatches: 'batches',
  adapters: 'adapters',
  adapterDecisions: 'decisions',
};

const codecs = {
  answer: jsonCodec<never>(),
  feedback: jsonCodec<never>(),
  calibrationWindow: jsonCodec<never>(),
  deadLetter: jsonCodec<never>(),
  trainingBatch: jsonCodec<never>(),
  adapter: jsonCodec<never>(),
  adapterDecision: jsonCodec<never>(),
};

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

interface Followed {
  readonly follower: TopicFollower;
  readonly inputs: DashboardInput[];
  readonly troubles: (string | null)[];
}

function follow(broker: Pick<Broker, 'topics' | 'bounds' | 'read'>, shortMs?: number): Followed {
  const inputs: DashboardInput[] = [];
  const troubles: (string | null)[] = [];
  const follower = followTopics({
    broker,
    topics,
    codecs,
    pollMs: 5,
    ...(shortMs === undefined ? {} : { shortMs }),
    onInputs: (more) => inputs.push(...more),
    onTrouble: (message) => troubles.push(message),
  });
  return { follower, inputs, troubles };
}

test('every partition is read once, from the beginning on, as records come', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'answers', partitions: 3 }, { name: 'decisions' }]);
  const append = (from: number, to: number): Promise<unknown> =>
    broker.append(
      Array.from({ length: to - from }, (_, k) => ({
        topic: 'answers',
        partition: (from + k) % 3,
        key: null,
        value: bytes(answerOf(from + k)),
      })),
    );
  await append(0, 1200);
  const { follower, inputs } = follow(broker);
  await follower.catchUp();
  await append(1200, 1210);
  await broker.append([{ topic: 'decisions', key: null, value: bytes(decisionOf()) }]);
  await follower.catchUp();
  await follower.stop();
  const ids = inputs.flatMap((input) => (input.kind === 'answer' ? [input.value.questionId] : []));
  assert.equal(new Set(ids).size, 1210);
  assert.equal(ids.length, 1210);
  assert.equal(inputs.at(-1)?.kind, 'decision');
});

test('the windows come first, which hold the verdict: of a long stream the rest takes a while', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  const names = ['feedback', 'answers', 'calibration'];
  await broker.ensureTopics(names.map((name) => ({ name })));
  await broker.append(names.map((topic) => ({ topic, key: null, value: bytes({}) })));
  const { follower, inputs } = follow(broker);
  await follower.catchUp();
  await follower.stop();
  assert.deepEqual(
    inputs.map(({ kind }) => kind),
    ['window', 'label', 'answer'],
  );
});

test('tombstones are passed over; what cannot be read is counted, with nothing of its content', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'answers' }]);
  await broker.append([
    { topic: 'answers', key: null, value: null },
    { topic: 'answers', key: null, value: new TextEncoder().encode('<script>') },
  ]);
  const { follower, inputs } = follow(broker);
  await follower.catchUp();
  await follower.stop();
  assert.deepEqual(
    inputs.map(({ kind, value }) => [kind, value]),
    [['unreadable', 'answers']],
  );
});

test('what retention deleted unread is passed over', async () => {
  const clock = manualClock();
  const broker = createMemoryBroker({ clock });
  await broker.ensureTopics([{ name: 'answers', retentionMs: 10 }]);
  const add = (i: number): Promise<unknown> =>
    broker.append([{ topic: 'answers', key: null, value: bytes(answerOf(i)) }]);
  const { follower, inputs } = follow(broker);
  await add(0);
  await follower.catchUp();
  await follower.stop();
  await add(1);
  clock.move(100);
  await broker.clean();
  await add(2);
  const later = follow(broker);
  await later.follower.catchUp();
  await later.follower.stop();
  assert.equal(inputs.length, 1);
  assert.deepEqual(
    later.inputs.map((input) => (input.kind === 'answer' ? input.value.questionId : '')),
    ['q2'],
  );
});

test('a broker that fails is asked again, and the trouble is told', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'answers' }]);
  await broker.append([{ topic: 'answers', key: null, value: bytes(answerOf(0)) }]);
  let failures = 2;
  const { follower, inputs, troubles } = follow({
    topics: () => broker.topics(),
    bounds: (topic, partition) =>
      failures-- > 0 ? Promise.reject(new Error('no route')) : broker.bounds(topic, partition),
    read: (...args) => broker.read(...args),
  });
  for (let i = 0; i < 3; i++) await follower.catchUp();
  await follower.stop();
  assert.deepEqual(troubles.slice(0, 3), ['no route', 'no route', null]);
  assert.equal(inputs.length, 1);
});

test('what came before a broker failed half way is kept', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'answers' }]);
  await broker.append(
    [0, 1, 2].map((i) => ({ topic: 'answers', key: null, value: bytes(answerOf(i)) })),
  );
  let failures = 1;
  const { follower, inputs } = follow({
    topics: () => broker.topics(),
    bounds: (topic, partition) => broker.bounds(topic, partition),
    async *read(...args) {
      for await (const record of broker.read(...args)) {
        yield record;
        if (record.offset === 1n && failures-- > 0) throw new Error('no route');
      }
    },
  });
  for (let i = 0; i < 2; i++) await follower.catchUp();
  await follower.stop();
  assert.deepEqual(
    inputs.map((input) => (input.kind === 'answer' ? input.value.questionId : input.kind)),
    ['q0', 'q1', 'q2'],
  );
});

test('a broker that was closed ends it', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.close();
  const { follower, troubles } = follow(broker);
  await follower.catchUp();
  await follower.stop();
  assert.deepEqual(troubles, []);
  await assert.rejects(broker.topics(), (error) => error instanceof SeclError);
});

test('the head of a lineage, which repeats a version, is passed over', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'adapters', compacted: true }]);
  const keyed = (key: string): Parameters<typeof broker.append>[0][number] => ({
    topic: 'adapters',
    key: new TextEncoder().encode(key),
    value: bytes({ version: 1 }),
  });
  await broker.append([keyed('main/1'), keyed('main/head')]);
  const { follower, inputs } = follow(broker);
  await follower.catchUp();
  await follower.stop();
  assert.deepEqual(
    inputs.map(({ kind }) => kind),
    ['adapter'],
  );
});

test('partitions are read by the time of their records: the newest come last, whatever their partition', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'answers', partitions: 2 }]);
  await broker.append(
    Array.from({ length: 6 }, (_, i) => ({
      topic: 'answers',
      partition: i % 2,
      key: null,
      value: bytes(answerOf(i)),
      timestampMs: 1000 + i,
    })),
  );
  const { follower, inputs } = follow(broker);
  await follower.catchUp();
  await follower.stop();
  assert.deepEqual(
    inputs.map((input) => (input.kind === 'answer' ? input.value.questionId : input.kind)),
    ['q0', 'q1', 'q2', 'q3', 'q4', 'q5'],
  );
});

test('a topic that was made again is read from its beginning, but not one that ends early for a moment', async () => {
  const before = createMemoryBroker({ clock: manualClock() });
  const after = createMemoryBroker({ clock: manualClock() });
  let broker = before;
  const add = (i: number): Promise<unknown> =>
    broker.append([{ topic: 'answers', key: null, value: bytes(answerOf(i)) }]);
  await before.ensureTopics([{ name: 'answers' }]);
  for (const i of [0, 1, 2]) await add(i);
  let endsEarly = false;
  const seen = {
    topics: () => broker.topics(),
    bounds: async (topic: string, partition: number) => {
      const bounds = await broker.bounds(topic, partition);
      return endsEarly ? { ...bounds, end: 1n } : bounds;
    },
    read: (...args: Parameters<Broker['read']>) => broker.read(...args),
  };
  const { follower, inputs } = follow(seen, 1000);
  await follower.catchUp();
  endsEarly = true;
  await follower.catchUp();
  endsEarly = false;
  await follower.catchUp();
  assert.equal(inputs.length, 3);
  await after.ensureTopics([{ name: 'answers' }]);
  broker = after;
  await add(3);
  await sleep(1100);
  for (let i = 0; i < 2; i++) await follower.catchUp();
  await follower.stop();
  assert.deepEqual(
    inputs.map((input) => (input.kind === 'answer' ? input.value.questionId : input.kind)),
    ['q0', 'q1', 'q2', 'q3'],
  );
});

test('an end behind which no record comes is not read towards again', async () => {
  const broker = createMemoryBroker({ clock: manualClock() });
  await broker.ensureTopics([{ name: 'answers' }]);
  await broker.append([{ topic: 'answers', key: null, value: bytes(answerOf(0)) }]);
  let reads = 0;
  const { follower, inputs } = follow({
    topics: () => broker.topics(),
    // As on Kafka, where the end of a transaction takes an offset too.
    bounds: async (topic, partition) => {
      const { earliest, end } = await broker.bounds(topic, partition);
      return { earliest, end: end + 1n };
    },
    read: (...args) => {
      reads += 1;
      return broker.read(...args);
    },
  });
  for (let i = 0; i < 3; i++) await follower.catchUp();
  await broker.append([{ topic: 'answers', key: null, value: bytes(answerOf(1)) }]);
  for (let i = 0; i < 3; i++) await follower.catchUp();
  await follower.stop();
  assert.equal(reads, 2);
  assert.equal(inputs.length, 2);
});
