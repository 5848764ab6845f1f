import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it, mock } from 'node:test';
import { Command } from 'commander';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import { testWebhook } from '../../../src/app/read-alerts.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { registerAlertCommands } from '../../../src/cli/alert-commands.ts';
import { alertOf } from '../../support/alerts-fixture.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const never = new AbortController().signal;
const server = await scriptedServer((_, response) => response.end());

async function list(...args: string[]): Promise<string> {
  const program = new Command('secl').exitOverride();
  registerAlertCommands(program);
  const log = mock.method(console, 'log', () => undefined);
  await program.parseAsync(['node', 'secl', 'alerts', 'list', ...args]);
  return log.mock.calls.map((call) => String(call.arguments[0])).join('\n');
}

afterEach(() => {
  mock.restoreAll();
});

describe('secl alerts list', () => {
  it('says which go on, and what was told, newest first', async () => {
    const run = join(root, 'run');
    await mkdir(run);
    const log = await openEmbeddedLog({ folder: join(run, 'log'), clock: SYSTEM_CLOCK });
    await log.ensureTopics([{ name: 'qa.alerts' }]);
    const codec = openRecordCodecs().alert;
    await log.append(
      [
        alertOf(),
        alertOf({ rule: 'verdict', level: 'alert', reason: 'Bad\u001b[2J.' }),
        alertOf({ state: 'resolved', reason: 'Good.' }),
      ].map((alert) => ({ topic: 'qa.alerts', key: null, value: codec.encode(alert) })),
    );
    await log.append([{ topic: 'qa.alerts', key: null, value: Uint8Array.of(1) }]);
    await log.close();
    const at = '2026-01-01 00:00:00 UTC';
    assert.equal(
      await list('--run', run, '--last', '2'),
      [
        'Going on:',
        `  ${at} alert: verdict: Bad\u{fffd}[2J.`,
        'Told, newest first:',
        `  ${at} warning resolved: dead-letters: Good.`,
        `  ${at} alert: verdict: Bad\u{fffd}[2J.`,
      ].join('\n'),
    );
    const json = JSON.parse(await list('--run', run, '--json')) as { told: unknown[] };
    assert.equal(json.told.length, 3);
  });

  it('says so where none was told, and where no run is', async () => {
    const run = join(root, 'quiet');
    await mkdir(run);
    await (await openEmbeddedLog({ folder: join(run, 'log'), clock: SYSTEM_CLOCK })).close();
    assert.equal(await list('--run', run), 'No alert goes on.\nNone was ever told.');
    await expectFailure(list('--run', join(root, 'nowhere')), 'FILE_UNREADABLE');
  });
});

describe('secl alerts test', () => {
  it('posts an alert that is none', async () => {
    await testWebhook(undefined, never, { SECL_ALERT_WEBHOOK: server.url('/hook').href });
    assert.equal(server.seen.at(-1)?.path, '/hook');
  });

  it('says what to do where there is no webhook, or it refuses', async () => {
    await expectFailure(testWebhook(undefined, never, {}), 'USAGE');
    server.handle((_, response) => response.writeHead(401).end());
    const error = await expectFailure(
      testWebhook(undefined, never, { SECL_ALERT_WEBHOOK: server.origin }),
      'WEBHOOK_FAILED',
    );
    assert.match(error.message, /it answered 401/);
  });
});
