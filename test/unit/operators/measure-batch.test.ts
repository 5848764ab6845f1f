import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { INSTRUMENTS, type Instrument } from '../../../src/ports/instruments.ts';
import type { ReplayResult } from '../../../src/app/replay.ts';
import { ASYNC, disk, OFF, QUESTIONS, run, topology } from '../../support/loop-run.ts';
import { recordingTelemetry, type Measured } from '../../support/recording-telemetry.ts';

async function measured(given: Parameters<typeof run>[0] = {}): Promise<{
  result: ReplayResult;
  of: (name: string) => readonly Measured[];
  all: readonly Measured[];
}> {
  const telemetry = recordingTelemetry(false);
  const result = await run({ ...given, telemetry });
  const all = telemetry.measured;
  return { result, all, of: (name) => all.filter((one) => one.name === name) };
}

const sum = (values: readonly Measured[]): number =>
  values.reduce((total, { value }) => total + value, 0);

describe('measureBatches', () => {
  it('counts what a run came to', async () => {
    const { result, of, all } = await measured();
    const { answers, deadLetters, decisions, adapters } = result;
    assert.equal(sum(of('secl.answers')), answers.length);
    assert.equal(sum(of('secl.dead_letters')), deadLetters.length);
    const letter = of('secl.dead_letters').find(({ value }) => value > 0);
    assert.equal(letter?.attributes['error.type'], 'RECORD_INVALID');
    assert.equal(sum(of('secl.adapter.decisions')), decisions.length);
    const phase = (name: string): number =>
      sum(of('secl.phase.tokens').filter(({ attributes }) => attributes['secl.phase'] === name));
    const spent = answers.map(({ forwardTokens }) => forwardTokens);
    const total = (of_: (tokens: (typeof spent)[number]) => number): number =>
      spent.reduce((tokens, one) => tokens + of_(one), 0);
    assert.equal(
      phase('answer'),
      total(({ answer }) => answer),
    );
    assert.equal(
      phase('verbalize'),
      total(({ confidence }) => confidence),
    );
    assert.equal(
      phase('score'),
      total(({ scoring }) => scoring),
    );
    // The last batch's adapter is decided about in no batch after it.
    const decided = new Set(decisions.map(({ version }) => version));
    assert.equal(
      phase('train'),
      adapters
        .filter(({ version }) => decided.has(version))
        .reduce((tokens, one) => tokens + one.forwardTokens, 0),
    );
    const bursting = answers.filter(({ gate }) => (gate?.burst ?? 0) > 0);
    assert.equal(sum(of('secl.gate.burst.answers')), bursting.length);
    // Every batch is measured once, with its size; of 32 records, four each.
    assert.equal(sum(of('secl.batch.records')), QUESTIONS.length);
    assert.equal(of('messaging.process.duration').length, 8);
    for (const { name, attributes } of all) {
      const { attributes: allowed } = INSTRUMENTS[name] as Instrument;
      for (const attribute of Object.keys(attributes))
        assert.ok(allowed.includes(attribute), `${name} ${attribute}`);
    }
    for (const { name, value } of all) assert.ok(Number.isFinite(value), name);
  });

  it('begins what alerts count at 0, before the first batch is read', async () => {
    const { all } = await measured();
    const firstBatch = all.findIndex(({ name }) => name === 'secl.batch.records');
    for (const name of [
      'secl.answers',
      'secl.dead_letters',
      'secl.gate.bursts',
      'secl.adapter.decisions',
    ]) {
      const first = all.findIndex((one) => one.name === name);
      assert.ok(first >= 0 && first < firstBatch, name);
      assert.equal(all[first]?.value, 0, name);
    }
    // What came of it continues series that were begun: an alert sees the step.
    const begun = new Set(
      all.slice(0, firstBatch).map(({ name, attributes }) => JSON.stringify([name, attributes])),
    );
    for (const { name, attributes } of all)
      if (['secl.answers', 'secl.dead_letters', 'secl.gate.bursts'].includes(name))
        assert.ok(begun.has(JSON.stringify([name, attributes])), name);
  });

  it('tells the share trained, the acting version and its lag', async () => {
    const { result, of } = await measured();
    const accepted = result.adapters.filter(({ version }) =>
      result.decisions.some((one) => one.version === version && one.decision === 'accepted'),
    );
    const trained = accepted.reduce((count, { trainedOn }) => count + trainedOn.length, 0);
    assert.equal(sum(of('secl.training.questions')), trained);
    const last = of('secl.training.share').at(-1)?.value;
    assert.equal(last, trained / result.answers.length);
    const versions = result.answers.map(({ published }) => published.adapterVersion);
    assert.equal(of('secl.adapter.version').at(-1)?.value, versions.at(-1));
    // In barrier mode a batch waits for the adapter before it: at most its own batch is ahead, and refused ones.
    const lags = of('secl.adapter.lag').map(({ value }) => value);
    assert.ok(Math.max(...lags) >= 1);
    assert.equal(
      of('secl.adapter.delay').length,
      new Set(result.decisions.map((d) => d.version)).size,
    );
    assert.ok(of('secl.training.duration').length >= accepted.length);
  });

  it('does not lag behind versions that were refused', async () => {
    const { result, of } = await measured({
      load: () => Promise.reject(new SeclError('ADAPTER_REFUSED', 'it must not act')),
    });
    const refused = result.decisions.filter(({ decision }) => decision === 'refused');
    assert.ok(refused.length >= 2);
    // None ever acts; in barrier mode one at a time is on its way.
    const lags = of('secl.adapter.lag').map(({ value }) => value);
    assert.equal(Math.max(...lags), 1);
    assert.equal(of('secl.adapter.version').at(-1)?.value, 0);
  });

  it('shows the queue of batches in flight', async () => {
    const { of } = await measured({ topology: OFF });
    const inFlight = of('secl.batch.in_flight').map(({ value }) => value);
    assert.equal(Math.max(...inFlight), OFF.batch.maxInFlight);
    assert.equal(inFlight.at(-1), 0);
    const { of: ofAsync } = await measured({ topology: ASYNC });
    assert.ok(ofAsync('secl.training.queue').some(({ value }) => value > 0));
  });

  it('tells when the newest record of what is durable was written', async () => {
    const on = disk();
    const { of } = await measured({ topology: OFF, on });
    let newestMs = 0;
    for await (const record of on.broker.read(OFF.topics.questions, 0, 0n))
      newestMs = Math.max(newestMs, record.timestampMs);
    const told = of('secl.consumer.record.time');
    // Of 32 records, four each.
    assert.equal(told.length, 8);
    assert.equal(told.at(-1)?.value, newestMs / 1000);
  });

  it('counts of a batch that failed no more than that', async () => {
    const telemetry = recordingTelemetry(false);
    let commits = 0;
    const failing = run({
      ...{ telemetry, topology },
      onCommit: () => {
        commits += 1;
        if (commits === 2) throw new SeclError('FENCED', 'another owner has taken over');
      },
    });
    await assert.rejects(failing, { code: 'FENCED' });
    const answers = telemetry.measured.filter(
      ({ name, value }) => name === 'secl.answers' && value > 0,
    );
    assert.equal(answers.length, 4);
    const codes = telemetry.measured
      .filter(({ name }) => name === 'messaging.process.duration')
      .map(({ attributes }) => attributes['error.type']);
    assert.deepEqual(codes, [undefined, 'FENCED']);
  });
});
