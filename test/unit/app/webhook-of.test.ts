import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { webhookOf } from '../../../src/app/webhook-of.ts';
import { alertOf } from '../../support/alerts-fixture.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const settings = { url: null, timeoutMs: 2000, attempts: 1, secretHeader: 'x-key' };
const never = new AbortController().signal;
const server = await scriptedServer((_, response) => response.end());

test('nowhere, unless topology or environment name an address', async () => {
  assert.equal(await webhookOf(settings, {}), null);
  assert.notEqual(await webhookOf({ ...settings, url: 'https://a.example/' }, {}), null);
});

test('the environment wins, and the secret comes from it or from a file', async () => {
  const file = join(root, 'secret');
  writeFileSync(file, 'from-a-file\n');
  for (const [environment, secret] of [
    [{ SECL_ALERT_SECRET: 'from-a-variable' }, 'from-a-variable'],
    [{ SECL_ALERT_SECRET_FILE: file }, 'from-a-file'],
    [{}, undefined],
  ] as const) {
    const sink = await webhookOf(
      { ...settings, url: 'http://127.0.0.1:1/' },
      { ...environment, SECL_ALERT_WEBHOOK: server.url('/hook').href },
    );
    assert.deepEqual(await sink?.deliver(alertOf(), never), { ok: true });
    assert.equal(server.seen.at(-1)?.path, '/hook');
    assert.equal(server.seen.at(-1)?.headers['x-key'], secret);
  }
});

test('what cannot be used is refused, without showing it', async () => {
  const url = 'http://127.0.0.1/';
  const bad = [
    [{ SECL_ALERT_WEBHOOK: 'hush hush' }, 'USAGE'],
    [{ SECL_ALERT_WEBHOOK: 'file:///hush' }, 'USAGE'],
    // Each delivery failed, as "it cannot be reached".
    [{ SECL_ALERT_WEBHOOK: 'https://name:hush@a.example/' }, 'USAGE'],
    [{ SECL_ALERT_SECRET: 'hush\u0000' }, 'USAGE'],
    [{ SECL_ALERT_SECRET_FILE: join(root, 'nowhere') }, 'FILE_UNREADABLE'],
  ] as const;
  for (const [environment, code] of bad) {
    const error = await expectFailure(webhookOf({ ...settings, url }, environment), code);
    assert.doesNotMatch(`${error.message}${error.hint ?? ''}`, /hush/);
  }
});
