import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openModelFile } from '../../../../src/adapters/trainer/model-file.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('openModelFile', () => {
  const path = join(temporaryFolder(), 'file');

  it('reads any stretch', () => {
    writeFileSync(path, Uint8Array.of(1, 2, 3, 4));
    const file = openModelFile(path);
    assert.equal(file.size, 4);
    assert.deepEqual([...file.read(1, 2)], [2, 3]);
    file.close();
  });

  it('fails for a file that is not there or has shrunk', async () => {
    const missing = Promise.resolve().then(() => openModelFile(`${path}.none`));
    await expectFailure(missing, 'FILE_UNREADABLE');
    writeFileSync(path, new Uint8Array(10));
    const file = openModelFile(path);
    truncateSync(path, 5);
    await expectFailure(
      Promise.resolve().then(() => file.read(0, 10)),
      'FILE_UNREADABLE',
    );
    file.close();
  });
});
