import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { kafkaSettings } from '../../src/adapters/kafka/kafka-settings.ts';
import { KafkaClient } from '../../src/adapters/kafka/kafka-client.ts';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { topicSpecs } from '../../src/app/worker/topic-specs.ts';
import type { DeadLetter } from '../../src/events/dead-letter.ts';
import type { Broker, OutgoingRecord } from '../../src/ports/broker.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { codecs, OFF } from '../support/loop-run.ts';
import { MemoryAdapterStore } from '../support/memory-adapter-store.ts';
import { ownTopics } from '../support/own-topics.ts';
import { question } from '../support/secl-fixture.ts';
import { until } from '../support/secl-process.ts';
import {
  readTopic,
  startWorker,
  workerTopology,
  type StartedWorker,
  type WorkerDisk,
} from '../support/worker-run.ts';

/** The machine may be busy. */
const PATIENCE_MS = 120_000;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Above what the topics of a worker take by themselves. */
const HUGE = 12 * 1024 * 1024;

const asked = (id: string, text = 'What is the colour of it?') =>
  codecs.question.encode(question({ id, text }));

describe('bad input on Kafka', { skip: kafkaSkip() }, () => {
  let server: KafkaServer;
  let broker: Broker;
  /** Writes what the worker's own broker would refuse to. */
  let hostile: Broker;
  let runs = 0;
  let prefix = '';
  const options = (clock: Clock = SYSTEM_CLOCK) => ({
    brokers: server.brokers,
    clientId: 'bad-input',
    clock,
    sessionTimeoutMs: 6000,
    heartbeatMs: 200,
  });
  /** Topics of this test alone, with room for huge records on those that others write to. */
  const diskOf = async (topology: Topology): Promise<WorkerDisk & { readonly others: Broker }> => {
    prefix = `bad-${process.pid}-${runs++}-`;
    const mine = ownTopics(broker, prefix);
    await mine.ensureTopics(topicSpecs(topology));
    const others = ownTopics(hostile, prefix);
    const { questions, feedback, answers } = topology.topics;
    await others.ensureTopics([questions, feedback, answers].map((name) => ({ name })));
    return { broker: mine, others, store: new MemoryAdapterStore() };
  };
  const lettersOf = (on: Broker): Promise<DeadLetter[]> =>
    readTopic(on, OFF.topics.deadLetters, codecs.deadLetter);
  const idsOf = async (on: Broker): Promise<string[]> =>
    (await readTopic(on, OFF.topics.answers, codecs.answer)).map(({ questionId }) => questionId);

  const running: StartedWorker[] = [];
  const start = (...given: Parameters<typeof startWorker>): StartedWorker => {
    const worker = startWorker(...given);
    running.push(worker);
    return worker;
  };
  const raw = async <T>(work: (client: KafkaClient) => Promise<T>): Promise<T> => {
    const client = new KafkaClient(kafkaSettings(options()));
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  /** Gives a topic these settings and no others. */
  const configure = (
    name: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<unknown> => {
    const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    return raw((client) =>
      client.onAny((node) => node.alterConfigs({ resources: [{ type: 2, name, configEntries }] })),
    );
  };
  // One that a failed test left would go on for ever.
  afterEach(async () => {
    for (const worker of running) worker.abort();
    await Promise.allSettled(running.splice(0).map(({ ended }) => ended));
  });

  before(async () => {
    server = await startKafka({ properties: { 'message.max.bytes': String(HUGE + 1000) } });
    broker = await openKafkaBroker(options());
    hostile = await openKafkaBroker({ ...options(), maxRecordBytes: HUGE });
  });
  after(async () => {
    await Promise.all([broker.close(), hostile.close()]);
    await server.stop();
  });

  it('gives a letter for each record that is no question, and answers what lies between', async () => {
    const topology = workerTopology(1);
    const disk = await diskOf(topology);
    const { questions: topic } = topology.topics;
    const good = asked('unused');
    const framed = Uint8Array.from(good);
    framed[1] = 0x02;
    const confluent = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), good.subarray(10)]);
    const strange = Uint8Array.from(good);
    strange[5] = strange[5]! ^ 0xff;
    const cases: readonly (readonly [value: Uint8Array | null, code: string, reason: RegExp])[] = [
      [null, 'RECORD_INVALID', /empty/],
      [new Uint8Array(0), 'RECORD_INVALID', /no|not/],
      [framed, 'RECORD_INVALID', /not an Avro single object/],
      [confluent, 'RECORD_INVALID', /for a schema registry, and none/],
      [strange, 'RECORD_INVALID', /unknown schema/],
      [good.subarray(0, good.length - 3), 'RECORD_INVALID', /./],
      [new Uint8Array(10 * 1024 * 1024).fill(65), 'RECORD_TOO_LARGE', /10485760 bytes/],
    ];
    const records = cases.flatMap(([value], i): OutgoingRecord[] => [
      { topic, partition: 0, key: bytes(`bad${i}`), value },
      { topic, partition: 0, key: bytes(`good${i}`), value: asked(`good${i}`) },
    ]);
    await disk.others.append(records);
    const worker = start(topology, disk);
    await until(async () => (await idsOf(disk.broker)).length === cases.length, PATIENCE_MS);
    const letters = await lettersOf(disk.broker);
    assert.equal(letters.length, cases.length);
    cases.forEach(([value, code, reason], i) => {
      const letter = letters[i]!;
      assert.equal(letter.code, code, `case ${i}`);
      assert.match(letter.reason, reason, `case ${i}`);
      assert.equal(new TextDecoder().decode(letter.key), `bad${i}`);
      assert.equal(
        letter.value?.length,
        value === null ? undefined : Math.min(value.length, 524_288),
      );
    });
    worker.drain();
    await worker.ended;
  });

  it('is stopped by no key, header, id, label or date', async () => {
    const topology = workerTopology(1);
    const disk = await diskOf(topology);
    const { questions: topic, feedback } = topology.topics;
    // Kafka 4 takes no record from the future by itself; a cluster may be set up otherwise.
    for (const name of [topic, feedback])
      await configure(`${prefix}${name}`, {
        'max.message.bytes': String(HUGE + 1000),
        'message.timestamp.after.max.ms': '9223372036854775807',
      });
    const long = new Uint8Array(900 * 1024).fill(0x78);
    // A control character takes six bytes in JSON, as state has it.
    const wide = '\u0001'.repeat(60 * 1024);
    const manyHeaders = Object.fromEntries(
      Array.from({ length: 40_000 }, (_, i) => [`h${i}`, new Uint8Array(0)]),
    );
    const odd: readonly Partial<OutgoingRecord>[] = [
      { headers: { traceparent: bytes('00-not-a-trace'), 'secl-position': new Uint8Array(0) } },
      { headers: { constructor: bytes('y'), '': bytes('z') } },
      { headers: { blob: long } },
      { headers: manyHeaders },
      { key: null },
      { key: new Uint8Array(0) },
      { key: long },
      { key: Uint8Array.of(0, 0, 0, 0) },
      { timestampMs: 0 },
      { timestampMs: Date.UTC(1999, 0) },
      { timestampMs: Date.UTC(2199, 0) },
      { timestampMs: Date.UTC(9999, 0) },
    ];
    const label = (accepted: string): Uint8Array =>
      codecs.feedback.encode({
        questionId: 'nobody',
        acceptedAnswers: [accepted],
        correct: null,
        labelledAtMs: 0,
      });
    await disk.others.append([
      ...odd.flatMap((each, i): OutgoingRecord[] => [
        { topic, partition: 0, key: bytes(`bad${i}`), ...each, value: bytes('nonsense') },
        { topic, partition: 0, key: bytes(`q${i}`), ...each, value: asked(`q${i}`) },
      ]),
      { topic, partition: 0, key: null, value: asked(wide) },
      { topic, partition: 0, key: null, value: asked('last') },
      ...[bytes('nonsense'), null, label(wide), label(wide.repeat(4))].map((value) => ({
        topic: feedback,
        partition: 0,
        key: long,
        value,
      })),
    ]);
    const worker = start(topology, disk);
    await until(async () => (await idsOf(disk.broker)).includes('last'), PATIENCE_MS);
    await until(async () => (await lettersOf(disk.broker)).length >= odd.length + 4, PATIENCE_MS);
    worker.drain();
    await worker.ended;
    const ids = await idsOf(disk.broker);
    assert.deepEqual(ids, [...odd.map((_, i) => `q${i}`), 'last']);
    const from = (name: string) => async (): Promise<string[]> =>
      (await lettersOf(disk.broker))
        .filter(({ sourceTopic }) => sourceTopic.endsWith(name))
        .map(({ code }) => code);
    assert.deepEqual(
      (await from(topic)()).slice(0, -1),
      odd.map(() => 'RECORD_INVALID'),
    );
    assert.deepEqual(await from(feedback)(), [
      'RECORD_INVALID',
      'RECORD_INVALID',
      'RECORD_TOO_LARGE',
    ]);
  });

  it('refuses adapters and batches that nobody knows, and goes on', async () => {
    const topology = workerTopology(1);
    const disk = await diskOf(topology);
    const { topics } = topology;
    const nonsense = [
      topics.adapters,
      topics.adapterDecisions,
      topics.trainingBatches,
      topics.answers,
    ];
    await disk.others.append(
      nonsense.map((topic) => ({
        topic,
        partition: 0,
        key: bytes('x/1'),
        value: bytes('nonsense'),
      })),
    );
    await disk.others.append([
      { topic: topics.questions, partition: 0, key: bytes('q'), value: asked('q') },
    ]);
    const worker = start(topology, disk);
    await until(async () => (await idsOf(hiding(disk.broker))).includes('q'), PATIENCE_MS);
    await until(async () => (await lettersOf(disk.broker)).length === 2, PATIENCE_MS);
    assert.deepEqual(
      (await lettersOf(disk.broker)).map(({ sourceTopic }) => sourceTopic).sort(),
      [topics.answers, topics.trainingBatches].sort(),
    );
    worker.drain();
    await worker.ended;
  });

  it('ends with a reason when its topic is deleted under it', async () => {
    const topology = workerTopology(1, OFF);
    const disk = await diskOf(topology);
    const { questions: topic } = topology.topics;
    await disk.others.append([{ topic, partition: 0, key: bytes('q'), value: asked('q') }]);
    const worker = start(topology, disk);
    await until(async () => (await idsOf(disk.broker)).length === 1, PATIENCE_MS);
    // It may notice before the broker has answered.
    const failure = expectFailure(worker.ended, 'TOPIC_UNKNOWN');
    await raw((client) =>
      client.onAny((node) => node.deleteTopics({ topics: [`${prefix}${topic}`], timeout: 5000 })),
    );
    const { message, hint } = await failure;
    assert.match(message, new RegExp(topic));
    assert.match(hint ?? '', /create/i);
  });

  it('ends with a reason when a topic that it writes to is deleted under it', async (t) => {
    const topology = workerTopology(1, OFF);
    const disk = await diskOf(topology);
    // A topic that no broker knows is waited for as long as a transaction may take.
    const impatient = await openKafkaBroker({ ...options(), transactionTimeoutMs: 3000 });
    t.after(() => impatient.close());
    const { questions: topic, deadLetters } = topology.topics;
    const send = (value: Uint8Array) =>
      disk.others.append([{ topic, partition: 0, key: bytes('q'), value }]);
    await send(asked('q'));
    const worker = start(topology, { ...disk, broker: ownTopics(impatient, prefix) });
    await until(async () => (await idsOf(disk.broker)).length === 1, PATIENCE_MS);
    // It may have noticed before the question below is sent.
    const failure = expectFailure(worker.ended, 'TOPIC_UNKNOWN');
    await raw((client) =>
      client.onAny((node) =>
        node.deleteTopics({ topics: [`${prefix}${deadLetters}`], timeout: 5000 }),
      ),
    );
    await send(bytes('nonsense'));
    const { message, hint } = await failure;
    assert.match(message, new RegExp(deadLetters));
    assert.match(hint ?? '', /create/i);
  });

  it('ends with a reason when the topic of decisions is deleted under it and made again', async (t) => {
    const topology = workerTopology(1);
    const disk = await diskOf(topology);
    const { questions: topic, adapterDecisions } = topology.topics;
    // What it has read of the topic, the new one does not reach with what the worker decides meanwhile.
    await disk.others.append(
      Array.from({ length: 100 }, () => ({
        topic: adapterDecisions,
        partition: 0,
        key: bytes('x'),
        value: bytes('nonsense'),
      })),
    );
    let sent = 0;
    const send = () =>
      disk.others.append([
        { topic, partition: 0, key: bytes('q'), value: asked(`q-${String(sent++)}`) },
      ]);
    await send();
    const worker = start(topology, disk);
    await until(async () => (await idsOf(disk.broker)).length === 1, PATIENCE_MS);
    await raw((client) =>
      client.onAny((node) =>
        node.deleteTopics({ topics: [`${prefix}${adapterDecisions}`], timeout: 5000 }),
      ),
    );
    await until(async () => {
      await disk.broker.ensureTopics(topicSpecs(topology));
      return (await disk.broker.bounds(adapterDecisions, 0)).end === 0n;
    }, PATIENCE_MS);
    // It looks when there are questions.
    const asking = setInterval(() => void send(), 2000);
    t.after(() => {
      clearInterval(asking);
    });
    const { message, hint } = await expectFailure(worker.ended, 'OFFSET_OUT_OF_RANGE');
    clearInterval(asking);
    assert.match(message, new RegExp(`${adapterDecisions}.* made again`));
    assert.match(hint ?? '', /start the process again/i);
  });

  it('ends with a reason when the next record is no longer kept, and goes on where it is told to', async () => {
    const topology = workerTopology(1, OFF);
    const disk = await diskOf(topology);
    const { questions: topic } = topology.topics;
    const ask = (ids: readonly string[]) =>
      disk.others.append(
        ids.map((id) => ({ topic, partition: 0, key: bytes(id), value: asked(id) })),
      );
    await ask(['a']);
    const first = start(topology, disk);
    await until(async () => (await idsOf(disk.broker)).length === 1, PATIENCE_MS);
    first.drain();
    await first.ended;
    const positions = await ask(['b', 'c', 'd']);
    const name = `${prefix}${topic}`;
    const offset = String(positions[1]!.offset);
    await raw((client) =>
      client.onLeader({ topic: name, partition: 0 }, (node) =>
        node.deleteRecords({ topics: [{ topic: name, partitions: [{ partition: 0, offset }] }] }),
      ),
    );
    const { hint } = await expectFailure(start(topology, disk).ended, 'OFFSET_OUT_OF_RANGE');
    assert.match(hint ?? '', /--reset-to/);
    const worker = start(topology, disk, { resetTo: 'earliest' });
    await until(async () => (await idsOf(disk.broker)).length === 3, PATIENCE_MS);
    assert.deepEqual(await idsOf(disk.broker), ['a', 'c', 'd']);
    worker.drain();
    await worker.ended;
  });

  it('refuses the records of a machine whose clock runs years ahead where a topic does', async () => {
    const clock: Clock = { ...SYSTEM_CLOCK, nowMs: () => Date.UTC(2199, 0) };
    const ahead = await openKafkaBroker(options(clock));
    const name = `strict-${process.pid}`;
    await ahead.ensureTopics([{ name }]);
    await configure(name, { 'message.timestamp.after.max.ms': '3600000' });
    const { hint } = await expectFailure(
      ahead.append([{ topic: name, key: null, value: bytes('x') }]),
      'PRECONDITION',
    );
    assert.match(hint ?? '', /clock/);
    await ahead.close();
  });
});

/** Reads past what is no record of its topic. */
function hiding(broker: Broker): Broker {
  return {
    ...broker,
    async *read(topic, ...rest) {
      for await (const record of broker.read(topic, ...rest))
        if (record.value === null || codecs.answer.decode(record.value).ok) yield record;
    },
  };
}
