import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, before, describe, it, mock } from 'node:test';
import { Command } from 'commander';
import { replayStream } from '../../../src/app/replay-stream.ts';
import { registerReportCommand } from '../../../src/cli/report-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const run = join(folder, 'run');
const never = new AbortController().signal;

/** Runs the command and returns what it printed on stdout. */
async function report(...args: string[]): Promise<string> {
  const program = new Command('secl').exitOverride();
  registerReportCommand(program);
  program.commands.forEach((command) => {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  });
  const log = mock.method(console, 'log', () => undefined);
  await program.parseAsync(['node', 'secl', 'report', ...args]);
  return log.mock.calls.map((call) => String(call.arguments[0])).join('\n');
}

afterEach(() => {
  mock.restoreAll();
});

describe('secl report', () => {
  before(async () => {
    const stream = join(folder, 'stream.jsonl');
    await writeFile(stream, '{"id":"a","question":"Why?","accepted":["x"]}\n');
    await replayStream({ stream, model: 'stand-in', runFolder: run, drain: never, abort: never });
  });

  it('prints each form, and writes a page beside it', async () => {
    assert.match(await report(run), /^score +n/);
    assert.match(await report(run, '--markdown'), /^# stream/);
    assert.match(await report(run, '--csv'), /^run,folder,/);
    const file = join(folder, 'pages', 'report.html');
    const printed = JSON.parse(await report(run, run, '--json', '--html', file)) as {
      runs: unknown[];
    };
    assert.equal(printed.runs.length, 2);
    assert.match(await readFile(file, 'utf8'), /^<!doctype html>/);
  });

  it('prints one form at a time, and refuses what is no run', async () => {
    await assert.rejects(report(run, '--json', '--csv'), { code: 'commander.conflictingOption' });
    await assert.rejects(report(run, folder), { code: 'FILE_UNREADABLE' });
  });
});
