import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { listSettings } from '../../../src/topology/list-settings.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { showTopology } from '../../../src/app/topology-files.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const file = join(temporaryFolder(), 'mine.yaml');

describe('showTopology', () => {
  it('shows what a command would load, and where each of it comes from', async () => {
    await writeFile(file, 'version: 1\nname: mine\nseed: 3\n');
    const environment = { SECL__GATE__BURST: '7', SECL_DASHBOARD_TOKEN: 'top-secret' };
    const shown = await showTopology(file, environment);
    assert.deepEqual(
      shown.settings.map(({ path, value }) => ({ path, value })),
      listSettings(await loadTopology(file, environment)),
    );
    const originOf = (path: string) => shown.settings.find((one) => one.path === path)?.origin;
    assert.deepEqual(originOf('seed'), { kind: 'file', line: 3 });
    assert.deepEqual(originOf('gate.burst'), {
      kind: 'environment',
      variable: 'SECL__GATE__BURST',
    });
    assert.deepEqual(originOf('gate.period'), { kind: 'default' });
    assert.doesNotMatch(JSON.stringify(shown), /top-secret/);
  });

  it('refuses what a command would refuse', async () => {
    await writeFile(file, 'version: 1\nname: mine\n');
    const wrong = await expectFailure(showTopology(file, { SECL__SEDE: '1' }), 'TOPOLOGY_INVALID');
    assert.match(wrong.message, /did you mean SECL__SEED\?/);
  });
});
