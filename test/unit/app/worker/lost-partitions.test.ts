import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openTelemetry } from '../../../../src/adapters/telemetry/open-telemetry.ts';
import type { Telemetry } from '../../../../src/ports/telemetry.ts';
import { freePort } from '../../../support/free-port.ts';
import { codecs, OFF } from '../../../support/loop-run.ts';
import { question } from '../../../support/secl-fixture.ts';
import {
  ask,
  readTopic,
  startWorker,
  until,
  workerDisk,
  workerTopology,
} from '../../../support/worker-run.ts';

/** Telemetry as a process has it, and what Prometheus reads of its partitions: series by metric, topic, partition. */
async function scraped(): Promise<{ telemetry: Telemetry; gauges(): Promise<string[]> }> {
  const port = await freePort();
  const telemetry = await openTelemetry({
    resource: { 'service.name': 'test' },
    traces: [],
    metrics: [{ kind: 'prometheus', host: '127.0.0.1', port }],
    ratio: 0,
    captureContent: false,
    onWarning: (message) => assert.fail(message),
  });
  return {
    telemetry,
    async gauges() {
      const lines = (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n');
      const kinds = new Set(
        lines.flatMap((line) => /^# TYPE (\w+) gauge$/.exec(line)?.slice(1) ?? []),
      );
      return lines
        .flatMap((line) => {
          const name = /^\w+/.exec(line)?.[0] ?? '';
          const place = /destination_name="([^"]*)".*partition_id="(\d+)"/.exec(line);
          return kinds.has(name) && place !== null ? [`${name} ${place[1]} ${place[2]}`] : [];
        })
        .toSorted();
    },
  };
}

it('tells of a partition in one worker alone, from the moment another one has it', async (t) => {
  const base = workerTopology(2, OFF);
  const topology = { ...base, calibration: { ...base.calibration, size: 20, step: 20 } };
  const disk = await workerDisk(topology);
  const { questions, answers, feedback } = topology.topics;
  const asked = Array.from({ length: 100 }, (_, i) =>
    question({ id: `q${i}`, text: `What is the colour of thing ${i}?` }),
  );
  await ask(disk.broker, questions, asked);
  await disk.broker.append(
    asked.map(({ id }, i) => ({
      topic: feedback,
      key: new TextEncoder().encode(id),
      value: codecs.feedback.encode({
        questionId: id,
        acceptedAnswers: [],
        correct: i % 2 === 0,
        labelledAtMs: 0,
      }),
    })),
  );
  const [first, second] = [await scraped(), await scraped()];
  const one = startWorker(topology, disk, { telemetry: first.telemetry });
  t.after(async () => {
    one.abort();
    await one.ended.catch(() => undefined);
    await first.telemetry.close();
  });
  const placed = (series: readonly string[], name: string, topic: string): string[] =>
    series.filter((at) => at.startsWith(`${name} ${topic} `)).map((at) => at.slice(-1));
  const shown = async ({ gauges }: typeof first): Promise<Record<string, string>> => {
    const series = await gauges();
    return {
      lag: placed(series, 'secl_consumer_lag', questions).join(''),
      verdict: placed(series, 'secl_verdict', answers).join(''),
      ece: [...new Set(placed(series, 'secl_calibration_ece', answers))].join(''),
    };
  };
  const labelled = (): Promise<boolean> =>
    shown(first).then(({ lag, verdict, ece }) => `${lag} ${verdict} ${ece}` === '01 01 01');
  await until(async () => (await readTopic(disk.broker, answers, codecs.answer)).length === 100);
  await until(labelled);
  const before = await first.gauges();
  assert.ok(before.includes(`secl_consumer_record_time ${questions} 0`));

  // Nothing is asked from here on: what the second one tells, it knows from what was committed.
  const two = startWorker(topology, disk, { telemetry: second.telemetry });
  t.after(async () => {
    two.abort();
    await two.ended.catch(() => undefined);
    await second.telemetry.close();
  });
  await until(async () => {
    const [a, b] = [await shown(first), await shown(second)];
    return Object.keys(a).every((what) => `${a[what]}${b[what]}`.length === 2 && b[what] !== '');
  });
  const [mine, theirs] = [await first.gauges(), await second.gauges()];
  const twice = theirs.filter((series) => mine.includes(series));
  assert.deepEqual(twice, []);
  for (const [worker, series] of [
    [one, mine],
    [two, theirs],
  ] as const) {
    const holds = worker.ledger.standings().map(({ topic, partition }) => `${topic} ${partition}`);
    const strange = series.filter((at) => !holds.includes(at.slice(at.indexOf(' ') + 1)));
    assert.deepEqual(strange, []);
  }

  // Whoever is left has all of them again.
  two.drain();
  await two.ended;
  await until(labelled);
});
