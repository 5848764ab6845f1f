import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';

import { runReplay } from '../../../src/cli/replay-command.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const stream = join(folder, 'stream.jsonl');

/** A file stands where the folder should be. */
const blocked = join(stream, 'in', 'a-file');

describe('secl replay', () => {
  before(async () => {
    await writeFile(stream, '{"id":"a","question":"Why?","accepted":["x"]}\n');
  });

  it('refuses a report that cannot be written before it answers anything', async () => {
    // A model that does not exist would fail too, were it looked for first.
    await expectFailure(
      runReplay(stream, { json: true, model: 'nosuch', report: join(blocked, 'r.html') }),
      'FILE_UNREADABLE',
    );
  });

  it('refuses a run folder that cannot be made', async () => {
    await expectFailure(
      runReplay(stream, { json: true, model: 'stand-in', run: blocked }),
      'FILE_UNREADABLE',
    );
  });
});
