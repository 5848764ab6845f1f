import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ListedAlerts } from '../../src/app/read-alerts.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { MAIN, linesOf, secl, startWorker, until } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { topicsYaml } from '../support/topics-yaml.ts';

/** Topics and groups of this run alone: the broker may be somebody's. */
const NAME = `t${process.pid}-${Date.now()}`;

/** The least that brokers take unless they are told otherwise; a fifth of ours. */
const SESSION_MS = 6000;
/** Between two signs of life. */
const HEARTBEAT_MS = SESSION_MS / 10;

describe('secl run on Kafka', { skip: kafkaSkip() }, () => {
  const folder = temporaryFolder();
  const stream = path.join(folder, 'stream.jsonl');
  const pipeline = path.join(folder, 'pipeline.yaml');
  let server: KafkaServer;
  const topology = (trainer: string): string => `
version: 1
name: kafka-test
topics: ${topicsYaml(NAME)}
batch: { maxWaitMs: 20 }
gate: { kind: always }
confidence: { evidence: token-certainty }
training: { mode: async, trainer: ${trainer} }
calibration: { size: 20 }
alerts: { settleMinutes: 0, verdict: { caution: warning, notEnoughData: warning } }
broker: { kind: kafka, brokers: "${server.brokers.join(',')}", group: ${NAME}, folder: ${folder}, partitions: 3, sessionTimeoutMs: ${SESSION_MS} }
`;
  const place = ['--topology', pipeline];
  const answeredIds = (): string[] =>
    linesOf(secl('read', 'answers', ...place, '--json').out).map(({ value }) => value.questionId);

  before(async () => {
    server = await startKafka();
    assert.equal(secl('stream', 'make', '--per-domain', '60', '--out', stream).code, 0);
    writeFileSync(pipeline, topology('embedded'));
  });
  after(() => server.stop());

  it('names missing topics, creates them, and sends', () => {
    assert.equal(secl('topology', 'check', pipeline, '--connect').code, 1);
    const created = secl('topics', 'create', ...place, '--json');
    assert.equal(created.code, 0, created.err);
    assert.equal(secl('topology', 'check', pipeline, '--connect').code, 0);
    const sent = secl('send', stream, ...place, '--json');
    assert.deepEqual(JSON.parse(sent.out), { total: 240, next: 240, questions: 240, labels: 240 });
  });

  it('answers each question once while workers come, stop and are killed', async () => {
    const first = startWorker(...place);
    await until(() => first.statuses().some(({ answered }) => answered > 0));
    const second = startWorker(...place);
    await until(() => second.statuses().some(({ status }) => status === 'ready'));
    first.child.kill('SIGTERM');
    const { code, err } = await first.ended;
    assert.equal(code, 0, err);
    second.child.kill('SIGKILL');
    await second.ended;
    const third = startWorker(...place);
    // What is left for it may be nothing: it is stopped once it stands, whatever was answered before.
    await until(() => third.statuses().length > 0);
    // The killed one holds its partitions until its session has run out.
    await until(() => answeredIds().length >= 240, 120_000);
    third.child.kill('SIGTERM');
    assert.equal((await third.ended).code, 0);
    const ids = answeredIds();
    assert.equal(ids.length, 240);
    assert.equal(new Set(ids).size, 240);
    const windows = linesOf(secl('read', 'metrics', ...place, '--json').out);
    assert.ok(windows.length > 0);
  });

  it('gives a dead worker’s partitions away when the topology’s session timeout is over', async (t) => {
    const [dead, heir] = [startWorker(...place), startWorker(...place)];
    t.after(() => {
      for (const { child } of [dead, heir]) child.kill('SIGKILL');
    });
    const owned = (worker: typeof heir): number =>
      worker
        .statuses()
        .at(-1)
        ?.partitions.filter(({ group, owned }) => owned && group === `${NAME}-answering`).length ??
      0;
    await until(() => owned(dead) > 0 && owned(heir) > 0 && owned(dead) + owned(heir) === 3);
    dead.child.kill('SIGKILL');
    const killedMs = performance.now();
    await until(() => owned(heir) === 3);
    const tookMs = performance.now() - killedMs;
    // Its last sign of life came a heartbeat before it died, or later; the usual 30 s would take five times as long.
    assert.ok(tookMs > SESSION_MS - 2 * HEARTBEAT_MS, `${tookMs} ms`);
    assert.ok(tookMs < 4 * SESSION_MS, `${tookMs} ms`);
    t.diagnostic(`after ${Math.round(tookMs)} ms`);
    heir.child.kill('SIGTERM');
    assert.equal((await heir.ended).code, 0);
  });

  it('says which setting the brokers refuse', () => {
    const refused = (setting: string, name: string, ...command: string[]): string => {
      const file = path.join(folder, 'refused.yaml');
      const text = topology('embedded').replace(/sessionTimeoutMs: \d+/, setting);
      writeFileSync(file, text.replaceAll(NAME, name));
      const { code, err } = secl(...command, '--topology', file);
      assert.equal(code, 1, err);
      return err;
    };
    assert.match(
      refused('transactionTimeoutMs: 3600000', NAME, 'run', '--model', 'stand-in', '--json'),
      /BROKER_FAILED.*broker\.transactionTimeoutMs must be at most transaction\.max\.timeout\.ms/s,
    );
    assert.match(
      refused('replicationFactor: 1000', `${NAME}-copies`, 'topics', 'create'),
      /creating topic .*broker\.replicationFactor must be at most the number of brokers/s,
    );
  });

  it('has batches trained by a process of its own, and takes the adapters up', async () => {
    writeFileSync(pipeline, topology('service'));
    const known = linesOf(secl('read', 'adapters', ...place, '--json').out).length;
    const trainer = spawn(process.execPath, [
      MAIN,
      'trainer',
      ...place,
      '--model',
      'stand-in',
      '--json',
    ]);
    let trained = '';
    trainer.stdout.setEncoding('utf8').on('data', (text: string) => (trained += text));
    const ended = new Promise<number | null>((resolve) => trainer.on('close', resolve));
    const more = path.join(folder, 'more.jsonl');
    assert.equal(
      secl('stream', 'make', '--per-domain', '40', '--seed', '2', '--out', more).code,
      0,
    );
    assert.equal(secl('send', more, ...place).code, 0);
    const worker = startWorker(...place);
    await until(() => trained.includes('"trained"'));
    await until(() => worker.statuses().some(({ answered }) => answered >= 160), 120_000);
    worker.child.kill('SIGTERM');
    trainer.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    assert.equal(await ended, 0);
    assert.ok(linesOf(secl('read', 'adapters', ...place, '--json').out).length > known);
  });

  it('shows the pipeline on a page, by a worker and beside it, with its verdict', async (t) => {
    writeFileSync(pipeline, topology('embedded'));
    const worker = startWorker(...place, '--dashboard', '0');
    const beside = spawn(process.execPath, [
      ...[MAIN, 'dashboard', ...place, '--listen', '0', '--json'],
    ]);
    t.after(() => {
      worker.child.kill('SIGKILL');
      beside.kill('SIGKILL');
    });
    let out = '';
    beside.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    const ended = new Promise<number | null>((resolve) => beside.on('close', resolve));
    const ofWorker = (): string | undefined => /the page is at (\S+)/.exec(worker.errors())?.[1];
    const ofItself = (): string | undefined => /"url":"([^"]+)"/.exec(out)?.[1];
    await until(() => ofWorker() !== undefined && ofItself() !== undefined);
    const status = JSON.parse(secl('status', ...place, '--json').out) as {
      verdict: { level: string; reason: string };
    };
    for (const url of [ofWorker(), ofItself()]) {
      const view = async () =>
        (await (await fetch(new URL('view.json', url))).json()) as {
          head: { counts: { answers: number } };
          verdict: { reason: string };
        };
      // Answers of workers that are gone, all of them.
      await until(async () => (await view()).head.counts.answers === answeredIds().length);
      assert.equal((await view()).verdict.reason, status.verdict.reason);
    }
    worker.child.kill('SIGTERM');
    beside.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    assert.equal(await ended, 0);
    const alerts = secl('alerts', 'list', ...place, '--json');
    assert.equal(alerts.code, 0, alerts.err);
    const { firing, told } = JSON.parse(alerts.out) as ListedAlerts;
    // A stand-in's confidences mean nothing, and the workers said so.
    assert.ok(told.length > 0);
    assert.ok([...firing, ...told].every((alert) => alert.pipeline === 'kafka-test'));
  });

  it('says that nobody answers, and refuses what stands in no topology', () => {
    writeFileSync(pipeline, topology('embedded').replace(/folder:/, 'clientId: x, folder:'));
    assert.equal(secl('topology', 'check', pipeline).code, 0);
    writeFileSync(
      pipeline,
      topology('embedded').replace(
        /folder:/,
        'sasl: { mechanism: plain, usernameEnv: NOBODY_SET_THIS, passwordEnv: NOR_THIS }, folder:',
      ),
    );
    const refused = secl('topology', 'check', pipeline, '--connect');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /NOBODY_SET_THIS is empty/);
  });
});
