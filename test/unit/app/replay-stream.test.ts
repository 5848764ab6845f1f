import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import type { ReplayProgress } from '../../../src/app/replay-progress.ts';
import { replayStream, type ReplayStreamResult } from '../../../src/app/replay-stream.ts';
import { readRunSettings } from '../../../src/app/run-settings.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import type { CalibrationWindow } from '../../../src/events/calibration-window.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const never = new AbortController().signal;

/** A line whose answer is brought along, so that it is known which label it matches. */
const line = (id: string, given: string, accepted: readonly string[]): string =>
  JSON.stringify({
    id,
    question: `Which letter comes with ${given}?`,
    accepted,
    givenAnswer: { text: given, tokenLogProbabilities: null },
  });

async function replayed(
  name: string,
  lines: readonly string[],
  settings: readonly string[] = [],
  scoreEverywhere = false,
): Promise<ReplayStreamResult & { progress: readonly ReplayProgress[] }> {
  const stream = join(folder, `${name}.jsonl`);
  const topology = join(folder, `${name}.yaml`);
  await writeFile(stream, `${lines.join('\n')}\n`);
  await writeFile(topology, ['version: 1', `name: ${name}`, ...settings, ''].join('\n'));
  const progress: ReplayProgress[] = [];
  let started = 0;
  const result = await replayStream({
    stream,
    topology,
    model: 'stand-in',
    scoreEverywhere,
    runFolder: join(folder, name),
    drain: never,
    abort: never,
    onStarted: (run) => {
      // Something is said before the first batch: with a real model that one may take half a minute.
      assert.equal(progress.length, 0);
      assert.deepEqual(run, {
        questions: lines.length,
        model: 'stand-in',
        folder: join(folder, name),
      });
      started += 1;
    },
    onProgress: (update) => progress.push(update),
  });
  assert.equal(started, 1);
  return { ...result, progress };
}

/** The pooled windows of a run, as they stand in its folder. */
async function windowsOf(runFolder: string): Promise<CalibrationWindow[]> {
  const log = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
  try {
    const codec = openRecordCodecs().calibrationWindow;
    const windows: CalibrationWindow[] = [];
    for await (const { value } of log.read('qa.calibration', 0, 0n)) {
      const decoded = codec.decode(value ?? new Uint8Array());
      assert.ok(decoded.ok);
      if (decoded.value.scope === 'pooled') windows.push(decoded.value);
    }
    return windows;
  } finally {
    await log.close();
  }
}

// Short texts with half of a surrogate pair became dead letters; in longer ones the record held another character, so
// that the answer's id was not its label's, and the replay ended with PRECONDITION.
test('an id that no record can hold is a dead letter, however long it is', async () => {
  const ids = ['a\ud800', `${'a'.repeat(80)}\ud800`, 'whole'];
  const { report } = await replayed(
    'half',
    ids.map((id) => line(id, 'x', ['x'])),
  );
  assert.deepEqual([report.summary.answered, report.summary.deadLettered], [1, 2]);
  assert.equal(report.complete, true);
});

test('a repeated id leaves each line its own label', async () => {
  const { report, progress } = await replayed('twice', [
    line('a', 'x', ['x']),
    line('a', 'y', ['y']),
  ]);
  assert.equal(report.summary.pooled.accuracy, 1);
  assert.deepEqual(
    report.rows.map(({ correct }) => correct),
    [true, true],
  );
  // Both are right, so the ECE on the way is the distance of the mean confidence from one.
  const mean = report.summary.pooled.published.mean ?? NaN;
  assert.ok(Math.abs((progress.at(-1)?.ece ?? NaN) - (1 - mean)) < 1e-12);
});

test('a repeat without a label has none, and one after a bad line keeps its own', async () => {
  const { report } = await replayed('mixed', [
    line('a', 'x', ['x']),
    'no question',
    line('a', 'x', []),
    line('b', 'x', []),
    line('b', 'y', ['x']),
  ]);
  assert.deepEqual(
    report.rows.map(({ index, correct }) => [index, correct]),
    [
      [0, true],
      [2, null],
      [3, null],
      [4, false],
    ],
  );
  assert.equal(report.summary.pooled.accuracy, 0.5);
});

test('windows leave labels of repeated ids out instead of guessing whose they are', async () => {
  const { runFolder } = await replayed(
    'windows',
    [
      // A label without its first record: too long to be asked, or the second would take its label.
      line('a', 'x'.repeat(40_000), ['y']),
      line('a', 'y', ['x']),
      line('b', 'x', ['x']),
      line('b', 'y', ['y']),
      line('c', 'x', ['x']),
      line('d', 'x', ['y']),
    ],
    ['calibration: {size: 5, step: 5, simulations: 0}'],
  );
  const windows = await windowsOf(runFolder);
  assert.deepEqual(
    windows.map(({ answers, labelled, accuracy }) => [answers, labelled, accuracy]),
    [[5, 2, 0.5]],
  );
});

test('scores everywhere where asked to, and learns in bursts all the same', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => line(`q${i}`, `x${i}`, ['x']));
  const settings = ['gate: {kind: periodic, period: 20, burst: 4}'];
  const sparse = await replayed('sparse', lines, settings);
  const everywhere = await replayed('everywhere', lines, settings, true);
  const { loop } = sparse.report.summary;
  // Bursts of four open at the first of every twenty questions.
  assert.deepEqual([loop?.gate, loop?.bursts, loop?.questionsInBursts], ['periodic', 2, 8]);
  assert.deepEqual(everywhere.report.summary.loop, loop);
  assert.ok(sparse.report.summary.scoredFraction <= 8 / 40);
  // The stand-in judges some of its answers ambiguously, which leaves them without a NormPTrue.
  assert.ok(everywhere.report.summary.scoredFraction > 0.5);
  // The last batch ends at the fortieth.
  assert.equal(everywhere.progress.at(-1)?.burst, false);
});

test('without training there is no loop to report', async () => {
  const { report } = await replayed('off', [line('a', 'x', ['x'])], ['training: {mode: "off"}']);
  assert.deepEqual([report.summary.loop, report.adapters], [null, []]);
});

// Its questions were fed in and its settings written before it was refused: the run could not go on, and its report
// spoke of the other stream.
test('a replay that is refused leaves the run that is there as it was', async () => {
  const lines = [line('a', 'x', ['x']), line('b', 'y', ['z'])];
  const { runFolder, report } = await replayed('kept', lines);
  const settings = await readRunSettings(runFolder);
  await expectFailure(replayed('kept', [...lines, line('c', 'x', ['x'])]), 'STATE_MISMATCH');
  await expectFailure(replayed('kept', lines, ['seed: 2']), 'STATE_MISMATCH');
  assert.deepEqual(await readRunSettings(runFolder), settings);
  assert.deepEqual((await replayed('kept', lines)).report, report);
});
