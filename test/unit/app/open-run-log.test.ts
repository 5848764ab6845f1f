import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { openEmbeddedLog } from '../../../src/adapters/embedded-log/open-embedded-log.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { openRunLog } from '../../../src/app/open-run-log.ts';
import { packageRoot } from '../../../src/app/package-root.ts';
import { writeRunSettings } from '../../../src/app/run-settings.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const demo = join(packageRoot(), 'topologies/demo.yaml');

/** A run's folder, whose log is open. */
async function begin() {
  const runFolder = temporaryFolder();
  const log = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
  return { runFolder, log };
}

describe('openRunLog', () => {
  it('takes title and topology from the run itself', async () => {
    const { runFolder, log } = await begin();
    await log.ensureTopics([{ name: 'qa.answers' }]);
    await log.close();
    const topology = await loadTopology(demo);
    await writeRunSettings(runFolder, {
      title: 'a stream',
      model: 'stand-in',
      topology,
      questions: 1,
      startedAt: '2026-01-02T03:04:05.000Z',
      provenance: [],
    });
    const run = await openRunLog(runFolder);
    assert.equal(run.title, 'a stream');
    assert.deepEqual(run.topology, topology);
    assert.deepEqual([...(await run.log.topics()).keys()], ['qa.answers']);
    await run.log.close();
  });

  it('of a run without settings goes by the folder, and the topology that is named', async () => {
    const { runFolder, log } = await begin();
    await log.close();
    const run = await openRunLog(runFolder, demo);
    assert.equal(run.title, basename(runFolder));
    assert.equal(run.settings, undefined);
    assert.deepEqual(run.topology, await loadTopology(demo));
    await run.log.close();
  });

  it('says what to do where no run is, or a process works on it', async () => {
    const none = await expectFailure(openRunLog(temporaryFolder()), 'FILE_UNREADABLE');
    assert.match(none.message, /there is no run in/);
    const { runFolder, log } = await begin();
    const busy = await expectFailure(openRunLog(runFolder), 'LOG_IN_USE');
    assert.match(busy.hint ?? '', /--dashboard/);
    await log.close();
  });
});
