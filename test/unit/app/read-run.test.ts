import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import { readRun } from '../../../src/app/read-run.ts';
import { replayStream, type ReplayStreamResult } from '../../../src/app/replay-stream.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const never = new AbortController().signal;

const LINES = [
  ...Array.from({ length: 12 }, (_, i) =>
    JSON.stringify({
      id: `q${i}`,
      question: `Which letter is number ${i}?`,
      // Of the givens, every third is right; of the others nobody knows.
      accepted: i % 4 === 3 ? [] : [i % 3 === 0 ? 'x' : 'y'],
      givenAnswer: { text: 'x', tokenLogProbabilities: null },
      domain: i < 6 ? 'early' : 'late',
    }),
  ),
  'no question',
];

async function replayed(name: string, drainAt = Infinity): Promise<ReplayStreamResult> {
  const stream = join(folder, `${name}.jsonl`);
  const topology = join(folder, `${name}.yaml`);
  await writeFile(stream, `${LINES.join('\n')}\n`);
  await writeFile(
    topology,
    'version: 1\nname: small\nbatch:\n  maxBatch: 4\n  maxInFlight: 1\ngate:\n  burst: 4\n',
  );
  const drain = new AbortController();
  return replayStream({
    stream,
    topology,
    model: 'stand-in',
    runFolder: join(folder, name),
    drain: drain.signal,
    abort: never,
    onProgress: ({ done }) => {
      if (done >= drainAt) drain.abort();
    },
  });
}

describe('readRun', () => {
  let whole: ReplayStreamResult;
  before(async () => {
    whole = await replayed('whole');
  });

  it('gives what the replay itself reported', async () => {
    const { folder: named, settings, notes, ...report } = await readRun(whole.runFolder);
    assert.deepEqual(report, whole.report);
    assert.equal(named, whole.runFolder);
    assert.deepEqual(notes, []);
    assert.ok(settings.some(({ name, value }) => name === 'gate.burst' && value === '4'));
    // The letter shifts nothing, and is no answer.
    assert.equal(report.summary.deadLettered, 1);
    assert.equal(report.summary.pooled.n, 9);
  });

  it('shows a run that was stopped as it stands', async () => {
    const stopped = await replayed('stopped', 4);
    const { complete, summary } = await readRun(stopped.runFolder);
    assert.equal(complete, false);
    assert.ok(summary.answered > 0 && summary.answered < 12);
    assert.deepEqual(summary, stopped.report.summary);
  });

  it('does without settings, and says so', async () => {
    const { runFolder } = await replayed('old');
    await rm(join(runFolder, 'run.json'));
    const { title, model, startedAt, notes, summary } = await readRun(
      runFolder,
      join(folder, 'old.yaml'),
    );
    assert.deepEqual([title, model, startedAt], ['old', 'stand-in', 'unknown']);
    assert.match(notes?.[0] ?? '', /keeps no settings/);
    assert.deepEqual(summary, whole.report.summary);
  });

  it('counts records that cannot be read, and takes the newest label', async () => {
    const { runFolder, report } = await replayed('damaged');
    const log = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
    const codec = openRecordCodecs().feedback;
    const wrong = { questionId: 'q0', acceptedAnswers: ['z'], correct: null, labelledAtMs: 1 };
    const key = new TextEncoder().encode('q0');
    await log.append([
      { topic: 'qa.answers', partition: 0, key, value: new Uint8Array([1, 2, 3]) },
      { topic: 'qa.feedback', partition: 0, key, value: codec.encode(wrong) },
    ]);
    await log.close();
    const read = await readRun(runFolder);
    assert.deepEqual(read.notes, ['1 answers cannot be read by this version and are left out.']);
    assert.equal(report.rows[0]?.correct, true);
    assert.equal(read.rows[0]?.correct, false);
  });

  it('refuses what is no run, and one that is worked on', async () => {
    await expectFailure(readRun(join(folder, 'none')), 'FILE_UNREADABLE');
    const { runFolder } = whole;
    const log = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
    const busy = await expectFailure(readRun(runFolder), 'LOG_IN_USE');
    assert.match(busy.hint ?? '', /Wait until/);
    await log.close();
    await writeFile(join(runFolder, 'log', 'CURRENT'), 'nonsense');
    await expectFailure(readRun(runFolder), 'LOG_CORRUPT');
  });
});
