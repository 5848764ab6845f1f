import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { packageRoot } from '../../src/app/package-root.ts';
import type { CalibrationWindow } from '../../src/events/calibration-window.ts';
import { INSTRUMENTS, type Instrument } from '../../src/ports/instruments.ts';
import { severityOf } from '../../src/verdict/step-verdict.ts';
import type { ScopedVerdict } from '../../src/verdict/verdict-board.ts';
import { freePort } from '../support/free-port.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { prometheusName } from '../support/metrics-table.ts';
import {
  prometheusSkip,
  startPrometheus,
  type PrometheusServer,
  type Sample,
} from '../support/prometheus-server.ts';
import { linesOf, secl, startWorker, until, type WorkerProcess } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { topicsYaml } from '../support/topics-yaml.ts';

/** Topics and groups of this run alone: the broker may be somebody's. */
const NAME = `scraped-${process.pid}-${Date.now()}`;
const PARTITIONS = 2;
/** Half of one kind, half of another; one record more is no question. */
const QUESTIONS = 600;
/** What nothing in such a run measures: no confidence of the stand-in is missing. */
const UNUSED = new Set(['secl.answers.unsure']);

const partitionOf = ({ labels }: Sample): number =>
  Number(labels['messaging_destination_partition_id']);
/** A line of `secl read --json`. */
interface Printed {
  readonly partition: number;
  readonly offset: number;
  readonly writtenAtMs: number;
  readonly value: unknown;
}

/** Values by partition. */
const byPartition = (samples: readonly Sample[]): number[] =>
  samples.toSorted((a, b) => partitionOf(a) - partitionOf(b)).map(({ value }) => value);

describe('Prometheus, of a worker on Kafka', { skip: prometheusSkip() || kafkaSkip() }, () => {
  const folder = temporaryFolder();
  const stream = path.join(folder, 'stream.jsonl');
  const pipeline = path.join(folder, 'pipeline.yaml');
  const place = ['--topology', pipeline];
  let target = '';
  let kafka: KafkaServer;
  let prometheus: PrometheusServer;
  let worker: WorkerProcess;
  /** Stops of what has been started, the last one first: nothing may outlive a start that failed. */
  const stops: (() => Promise<unknown>)[] = [];

  /** Records of a topic, as `secl read` has them. */
  const records = (what: string): readonly Printed[] =>
    linesOf<Printed>(secl('read', what, ...place, '--json').out);

  before(async () => {
    kafka = await startKafka();
    stops.unshift(kafka.stop);
    target = `127.0.0.1:${await freePort()}`;
    writeFileSync(
      pipeline,
      `
version: 1
name: scraped
topics: ${topicsYaml(NAME)}
batch: { maxWaitMs: 20 }
gate: { kind: drift, warmUp: 4, burst: 12 }
confidence: { evidence: token-certainty }
training: { mode: async }
calibration: { size: 50 }
broker: { kind: kafka, brokers: "${kafka.brokers.join(',')}", group: ${NAME}, folder: ${folder}, partitions: ${PARTITIONS} }
telemetry: { traces: { exporter: none }, metrics: { exporter: prometheus, endpoint: "${target}" } }
`,
    );
    // The stand-in picks a letter, so that it is right now and then.
    const lines = Array.from({ length: QUESTIONS }, (_, i) =>
      JSON.stringify({
        id: `q${i}`,
        question: i < QUESTIONS / 2 ? `Which is thing ${i}?` : `What is ${i} plus ${i + 1}?`,
        choices: [
          { label: 'A', text: 'red' },
          { label: 'B', text: 'blue' },
        ],
        accepted: [i % 2 === 0 ? 'A' : 'B'],
      }),
    );
    writeFileSync(stream, `${[...lines, '{"id":"broken"}'].join('\n')}\n`);
    assert.equal(secl('topics', 'create', ...place).code, 0);
    // All of them wait when the worker comes.
    assert.equal(secl('send', stream, ...place).code, 0);
    prometheus = await startPrometheus(target, [
      path.join(packageRoot(), 'docker', 'prometheus', 'alerts.yaml'),
    ]);
    stops.unshift(prometheus.stop);
    worker = startWorker(...place);
    stops.unshift(() => {
      worker.child.kill('SIGKILL');
      return worker.ended;
    });
  });
  after(async () => {
    for (const stop of stops) await stop();
  });

  it('counts every answer and every dead letter', async () => {
    const counted = async (name: string): Promise<number> =>
      (await prometheus.query(`sum(${name}{job="secl"})`))[0]?.value ?? 0;
    await until(async () => (await counted('secl_answers_total')) >= QUESTIONS, 120_000);
    assert.equal(await counted('secl_answers_total'), QUESTIONS);
    await until(async () => (await counted('secl_dead_letters_total')) === 1);
  });

  it('shows the lag of each partition fall from all that waited to nothing', async () => {
    const of = `secl_consumer_lag{messaging_consumer_group_name="${NAME}-answering"}`;
    const sent = records('questions');
    assert.equal(sent.length, QUESTIONS + 1);
    const waited = Array<number>(PARTITIONS).fill(0);
    // Behind the last record stands the mark of the transaction that sent it.
    for (const { partition, offset } of sent) waited[partition] = offset + 2;
    // It is asked for every five seconds.
    await until(async () => byPartition(await prometheus.query(of)).every((value) => value === 0));
    assert.deepEqual(byPartition(await prometheus.query(`max_over_time(${of}[10m])`)), waited);
  });

  it('knows of each partition how old its newest record is', async () => {
    const newestMs = Array<number>(PARTITIONS).fill(0);
    for (const { partition, writtenAtMs } of records('questions'))
      newestMs[partition] = Math.max(newestMs[partition] ?? 0, writtenAtMs);
    assert.deepEqual(
      byPartition(await prometheus.query('secl_consumer_record_time')),
      newestMs.map((ms) => ms / 1000),
    );
    for (const age of byPartition(await prometheus.query('time() - secl_consumer_record_time')))
      assert.ok(age > 0 && age < 600, `${age} s`);
  });

  it('has the ECE and the verdict of the newest windows, partition by partition', async () => {
    const seen = async (): Promise<{ newest: CalibrationWindow[]; ece: number[] }> => {
      const newest: CalibrationWindow[] = [];
      for (const { value } of records('metrics')) {
        const window = value as CalibrationWindow;
        if (window.scope === 'pooled') newest[window.sourcePartition] = window;
      }
      const of = 'secl_calibration_ece{secl_score="published"}';
      return { newest, ece: byPartition(await prometheus.query(of)) };
    };
    const wanted = ({ newest }: Awaited<ReturnType<typeof seen>>): (number | null | undefined)[] =>
      newest.map(({ metrics }) => metrics.find(({ score }) => score === 'published')?.ece);
    // The last windows close when all labels have been read.
    await until(async () => {
      const at = await seen();
      return at.ece.length === PARTITIONS && String(at.ece) === String(wanted(at));
    });
    const { newest } = await seen();
    assert.ok(newest.every(({ ordinal, labelled }) => ordinal >= 2 && labelled === 50));
    const status = JSON.parse(secl('status', ...place, '--json').out) as {
      scopes: (Pick<ScopedVerdict, 'partition' | 'scope'> & {
        verdict: { level: Parameters<typeof severityOf>[0]; dataAtMs: number };
      })[];
    };
    const pooled = status.scopes.filter(({ scope }) => scope === 'pooled');
    assert.deepEqual(
      byPartition(await prometheus.query('secl_verdict')),
      pooled.map(({ verdict }) => severityOf(verdict.level)),
    );
    assert.deepEqual(
      byPartition(await prometheus.query('secl_verdict_data_time')),
      pooled.map(({ verdict }) => verdict.dataAtMs / 1000),
    );
  });

  it('has found every instrument of the table', async () => {
    const names = new Set(await prometheus.names());
    const missing = Object.entries<Instrument>(INSTRUMENTS)
      .filter(([name]) => !UNUSED.has(name))
      .map(([name, instrument]) => {
        const written = prometheusName(name, instrument);
        return instrument.kind === 'histogram' ? `${written}_count` : written;
      })
      .filter((name) => !names.has(name));
    assert.deepEqual(missing, []);
  });

  it('can judge every alert rule, and judges by the verdict', async () => {
    const judged = await prometheus.rules();
    assert.ok(judged.length >= 10);
    for (const { name, health, lastError } of judged)
      assert.equal(health, 'ok', `${name}: ${lastError}`);
    const [worst] = await prometheus.query('max(secl_verdict)');
    const wanted = (worst?.value ?? 0) >= severityOf('do-not-trust');
    await until(async () => {
      const rule = (await prometheus.rules()).find(({ name }) => name === 'SeclDoNotTrust');
      return (rule?.state !== 'inactive') === wanted;
    });
  });

  it('reads of a partition that another worker has taken over in that worker alone', async () => {
    const other = `127.0.0.1:${await freePort()}`;
    const second = path.join(folder, 'second.yaml');
    writeFileSync(second, readFileSync(pipeline, 'utf8').replace(target, other));
    const gauges = ['secl_verdict', 'secl_calibration_ece', 'secl_consumer_lag'] as const;
    const byWorker = async (name: string): Promise<(readonly number[])[]> => {
      const page = await (await fetch(`http://${other}/metrics`)).text().catch(() => '');
      const lines = page.split('\n').filter((line) => line.startsWith(`${name}{`));
      const theirs = lines.map((line) => Number(/partition_id="(\d)"/.exec(line)?.[1]));
      const ours = (await prometheus.query(name)).map(partitionOf);
      return [ours, theirs].map((held) => [...new Set(held)].toSorted());
    };
    const helper = startWorker('--topology', second);
    const gone = async (): Promise<void> => {
      helper.child.kill('SIGTERM');
      assert.equal((await helper.ended).code, 0, helper.output());
    };
    try {
      await until(() =>
        fetch(`http://${other}/metrics`)
          .then(() => true)
          .catch(() => false),
      );
      for (const name of gauges)
        await until(async () => {
          const [ours, theirs] = await byWorker(name);
          return ours?.length === 1 && theirs?.length === 1 && ours[0] !== theirs[0];
        });
    } finally {
      await gone();
    }
    for (const name of gauges)
      await until(async () => new Set((await prometheus.query(name)).map(partitionOf)).size === 2);
  });

  it('sees the worker go', async () => {
    assert.equal((await prometheus.query('up'))[0]?.value, 1);
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    await until(async () => (await prometheus.query('up'))[0]?.value === 0);
  });
});
