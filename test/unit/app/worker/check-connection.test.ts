import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { checkConnection } from '../../../../src/app/worker/check-connection.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

it('finds every topic missing where there is no log, and makes none', async () => {
  const log = join(temporaryFolder(), 'mistyped');
  const { faults, place } = await checkConnection({ log });
  assert.deepEqual(
    faults.map((found) => found.fault),
    Array.from({ length: 9 }, () => 'is missing'),
  );
  assert.equal(place, `the log in ${log}`);
  assert.ok(!existsSync(log));
});
