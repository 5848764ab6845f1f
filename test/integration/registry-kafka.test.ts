import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { frameConfluent } from '../../src/adapters/avro/confluent-frame.ts';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { startRegistryProcess, type RegistryProcess } from '../support/registry-process.ts';
import { linesOf, secl, startWorker, until } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { topicsYaml } from '../support/topics-yaml.ts';

/** Topics and groups of this run alone: the broker may be somebody's. */
const NAME = `r${process.pid}-${Date.now()}`;

describe('secl run on Kafka with a schema registry', { skip: kafkaSkip() }, () => {
  const folder = temporaryFolder();
  const pipeline = path.join(folder, 'pipeline.yaml');
  const stream = path.join(folder, 'stream.jsonl');
  const place = ['--topology', pipeline];
  let server: KafkaServer;
  let registry: RegistryProcess;

  before(async () => {
    server = await startKafka();
    registry = await startRegistryProcess();
    writeFileSync(
      pipeline,
      `
version: 1
name: registry-test
topics: ${topicsYaml(NAME)}
batch: { maxWaitMs: 20 }
gate: { kind: always }
confidence: { evidence: token-certainty }
training: { mode: async }
calibration: { size: 10 }
broker: { kind: kafka, brokers: "${server.brokers.join(',')}", group: ${NAME}, folder: ${folder}, registry: { url: "${registry.url}", timeoutMs: 30000 } }
`,
    );
    assert.equal(secl('stream', 'make', '--per-domain', '5', '--out', stream).code, 0);
  });
  after(async () => {
    await registry.stop();
    await server.stop();
  });

  it('names missing subjects, registers them, and refuses to write before', () => {
    const check = secl('topology', 'check', pipeline, '--connect');
    assert.equal(check.code, 1, check.err);
    assert.match(check.out, new RegExp(`the subject ${NAME}\\.a-value is missing`));
    const early = secl('send', stream, ...place);
    assert.match(early.err, /REGISTRY_FAILED|no schema of this version/);
    assert.notEqual(early.code, 0);
    const { subjects } = JSON.parse(secl('topics', 'create', ...place, '--json').out) as {
      subjects: { subject: string; created: boolean }[];
    };
    assert.equal(subjects.length, 9);
    assert.ok(subjects.every(({ created }) => created));
    const checked = secl('topology', 'check', pipeline, '--connect');
    assert.equal(checked.code, 0, checked.out + checked.err);
  });

  it('answers what it can read, and makes dead letters of what it cannot', async () => {
    assert.equal(secl('send', stream, ...place).code, 0);
    const broker = await openKafkaBroker({
      brokers: server.brokers,
      clientId: 'alien',
      clock: SYSTEM_CLOCK,
    });
    const good: Uint8Array[] = [];
    for await (const { value } of broker.read(`${NAME}.q`, 0, 0n))
      if (value !== null) good.push(value);
    assert.equal(good.length, 20);
    assert.ok(
      good.every((value) => value[0] === 0),
      'each is in the registry’s frame',
    );
    const [first] = good as [Uint8Array];
    const bad = [
      Uint8Array.of(7, ...first.slice(1)),
      frameConfluent(123_456, first.slice(5)),
      first.slice(0, -3),
      Uint8Array.of(0, 0, 1),
    ];
    await broker.append(
      bad.map((value) => ({ topic: `${NAME}.q`, partition: 0, key: null, value })),
    );
    await broker.close();
    const worker = startWorker(...place);
    await until(
      () => linesOf(secl('read', 'deadLetters', ...place, '--json').out).length === 4,
      120_000,
    );
    await until(
      () => linesOf(secl('read', 'answers', ...place, '--json').out).length === 20,
      120_000,
    );
    worker.child.kill('SIGTERM');
    const { code, err } = await worker.ended;
    assert.equal(code, 0, err);
    const letters = JSON.parse(secl('dead-letters', 'list', ...place, '--json').out) as {
      deadLetters?: { reason: string; value: string }[];
    };
    const list = Object.values(letters).find(Array.isArray) as { reason: string; value: string }[];
    assert.deepEqual(
      list.map(({ value }) => Buffer.from(value, 'base64')),
      bad.map((value) => Buffer.from(value)),
    );
    const [magic, unknown, , header] = list.map(({ reason }) => reason);
    assert.match(magic ?? '', /nor in a schema registry’s frame/);
    assert.match(unknown ?? '', /schema id 123456, which the registry does not know/);
    assert.match(header ?? '', /ends inside its header/);
    assert.ok(linesOf(secl('read', 'metrics', ...place, '--json').out).length > 0);
  });
});
