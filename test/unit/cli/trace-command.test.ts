import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, before, describe, it, mock } from 'node:test';
import { Command } from 'commander';
import { openTelemetry } from '../../../src/adapters/telemetry/open-telemetry.ts';
import { registerTraceCommand } from '../../../src/cli/trace-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = temporaryFolder();

/** Runs the command and returns what it printed. */
async function trace(...args: string[]): Promise<string> {
  const program = new Command('secl').exitOverride();
  registerTraceCommand(program);
  const printed: string[] = [];
  mock.method(console, 'log', (text: string) => printed.push(text));
  try {
    await program.parseAsync(['node', 'secl', 'trace', ...args]);
  } finally {
    mock.restoreAll();
  }
  return printed.join('');
}

afterEach(() => {
  mock.restoreAll();
});

before(async () => {
  const telemetry = await openTelemetry({
    traces: [{ kind: 'store', folder: join(run, 'traces'), maxBytes: 1e6 }],
    ...{ metrics: [], ratio: 1, captureContent: false, resource: { 'service.name': 's' } },
    onWarning: (message) => assert.fail(message),
  });
  telemetry
    .span('process q', { startMs: 1_700_000_000_000, attributes: { 'secl.question.id': 'a' } })
    .end(1_700_000_000_002);
  await telemetry.close();
});

describe('secl trace', () => {
  it('draws, or prints JSON', async () => {
    const drawn = await trace('a', '--run', run);
    assert.match(
      drawn,
      /^question a, trace [0-9a-f]{32}, begun 2023-11-14T22:13:20\.000Z\nprocess q/,
    );
    const parsed = JSON.parse(await trace('a', '--run', run, '--json')) as {
      traces: { spans: { name: string; startMs: number; endMs: number }[] }[];
    };
    const span = parsed.traces[0]?.spans[0];
    assert.equal(span?.name, 'process q');
    assert.equal(span.endMs - span.startMs, 2);
  });

  it('fails for an id that was not traced', async () => {
    await assert.rejects(trace('b', '--run', run), { code: 'USAGE' });
  });
});
