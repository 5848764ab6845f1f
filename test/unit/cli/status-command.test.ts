import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, describe, it, mock } from 'node:test';
import { Command } from 'commander';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { registerStatusCommand } from '../../../src/cli/status-command.ts';
import type { CalibrationWindow } from '../../../src/events/calibration-window.ts';
import type { Verdict } from '../../../src/events/verdict.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { sketchWindow, verdictOf } from '../../support/verdict-fixture.ts';

const root = temporaryFolder();
const { exitCode } = process;

interface Said {
  readonly text: string;
  readonly code: typeof process.exitCode;
}

async function status(...args: string[]): Promise<Said> {
  const program = new Command('secl').exitOverride();
  registerStatusCommand(program);
  program.commands.forEach((command) =>
    command.exitOverride().configureOutput({ writeErr: () => undefined }),
  );
  const log = mock.method(console, 'log', () => undefined);
  process.exitCode = undefined;
  await program.parseAsync(['node', 'secl', 'status', ...args]);
  return {
    text: log.mock.calls.map((call) => String(call.arguments[0])).join('\n'),
    code: process.exitCode,
  };
}

afterEach(() => {
  mock.restoreAll();
});
after(() => {
  process.exitCode = exitCode;
});

/** A run's folder whose log holds these windows, and perhaps a record of another version. */
async function runWith(
  name: string,
  windows: readonly CalibrationWindow[],
  bad = false,
): Promise<string> {
  const run = join(root, name);
  await mkdir(run, { recursive: true });
  const log = await openEmbeddedLog({ folder: join(run, 'log'), clock: SYSTEM_CLOCK });
  const topic = 'qa.calibration';
  await log.ensureTopics([{ name: topic, partitions: 2 }]);
  const codec = openRecordCodecs().calibrationWindow;
  await log.append([
    ...windows.map((window) => ({
      topic,
      partition: window.sourcePartition,
      key: null,
      value: codec.encode(window),
    })),
    ...(bad ? [{ topic, partition: 0, key: null, value: Uint8Array.of(1) }] : []),
  ]);
  await log.close();
  return run;
}

const window = (
  verdict: Partial<Verdict>,
  over: Partial<CalibrationWindow> = {},
): CalibrationWindow => ({
  ...sketchWindow({ ordinal: 3, band: [0.05, 0.12] }),
  verdict: verdictOf({ dataAtMs: Date.now() - 600_000, ...verdict }),
  ...over,
});

describe('secl status', () => {
  it('exits by the verdict', async () => {
    const codes = [];
    for (const level of ['trust', 'caution', 'do-not-trust', 'not-enough-data'] as const) {
      const run = await runWith(level, [window({ level })]);
      codes.push((await status('--run', run)).code);
    }
    assert.deepEqual(codes, [0, 10, 11, 12]);
  });

  it('says word, reason, since, n, labels, age, and what estimated numbers cannot see', async () => {
    const run = await runWith(
      'words',
      [
        window({ level: 'trust', reason: 'It is fine.' }),
        window({ basis: 'estimated' }, { sourcePartition: 1 }),
        window({ level: 'trust' }, { scope: 'a\u001b[2Jb' }),
      ],
      true,
    );
    const { text, code } = await status('--run', run);
    assert.equal(code, 10, 'the worst of the partitions');
    const lines = text.split('\n');
    assert.equal(lines[0], 'words: CAUTION');
    assert.equal(lines[1], 'It cannot be told.');
    assert.match(
      lines[2] ?? '',
      /^since 2026-01-01 00:00:00 UTC; estimated; n 100, 60 labelled; newest answer of .* UTC, 10 min ago$/,
    );
    assert.match(text, /all domains, partition 0: TRUST\n {2}It is fine\./);
    assert.match(text, /measured: ECE 0\.085, 95% 0\.050 to 0\.120/);
    assert.match(
      text,
      /estimated: accuracy 0\.600, AUROC 0\.700, distance from token certainty 0\.000;/,
    );
    assert.match(text, /cannot see that the relation/);
    assert.match(text, /1 records are of another version/);
    assert.ok(!text.includes('\u001b'), 'names from outside do not steer the terminal');
  });

  it('takes old data for none where asked to', async () => {
    const run = await runWith('old', [window({ level: 'trust' })]);
    assert.equal((await status('--run', run, '--max-age', '20')).code, 0);
    const { text, code } = await status('--run', run, '--max-age', '5');
    assert.equal(code, 12);
    assert.match(text, /10 min old; the verdict then was "trust"/);
    await assert.rejects(status('--run', run, '--max-age', '-1'), /must be a number above 0/);
  });

  it('prints JSON, of a worker’s folder too, and says so where nothing has closed', async () => {
    const run = await runWith('empty', []);
    const { text, code } = await status('--log', run, '--json');
    const { verdict, scopes } = JSON.parse(text) as {
      verdict: { level: string; code: string };
      scopes: unknown[];
    };
    assert.deepEqual(
      [verdict.level, verdict.code, scopes.length],
      ['not-enough-data', 'no-window', 0],
    );
    assert.equal(code, 12);
    assert.match(
      (await status('--run', run)).text,
      /No window of answers has closed yet\. A window is 100 answers\.\nno data yet/,
    );
  });

  it('makes no log of a folder that is none, and looks in one place at a time', async () => {
    await expectFailure(status('--log', root), 'FILE_UNREADABLE');
    await expectFailure(status('--run', join(root, 'nowhere')), 'FILE_UNREADABLE');
    await expectFailure(status('--run', root, '--log', root), 'USAGE');
  });
});
