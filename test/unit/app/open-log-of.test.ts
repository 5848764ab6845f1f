import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import { openLogOf } from '../../../src/app/open-log-of.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();

test('a run’s folder, or a worker’s, is opened; none is made', async () => {
  const folder = join(root, 'one');
  await mkdir(folder);
  await (await openEmbeddedLog({ folder: join(folder, 'log'), clock: SYSTEM_CLOCK })).close();
  const run = await openLogOf({ runFolder: folder });
  assert.equal(run.title, 'one');
  await run.log.close();
  const worker = await openLogOf({ log: folder });
  assert.match(worker.title, /on the log in .*one$/);
  await worker.log.close();
  // `secl status` alone, after a first replay: what is missing is the run's folder.
  const failed = await expectFailure(openLogOf({ log: join(root, 'none') }), 'FILE_UNREADABLE');
  assert.match(failed.hint ?? '', /--run/);
  await expectFailure(openLogOf({ runFolder: join(root, 'none') }), 'FILE_UNREADABLE');
});

test('two places at once are one too many', async () => {
  await expectFailure(openLogOf({ runFolder: root, brokers: 'localhost:9092' }), 'USAGE');
  await expectFailure(openLogOf({ log: root, brokers: 'localhost:9092' }), 'USAGE');
});
