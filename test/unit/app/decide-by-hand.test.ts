import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freezeAdapters, rollBackAdapter } from '../../../src/app/decide-by-hand.ts';
import { listAdapters, showAdapter } from '../../../src/app/list-adapters.ts';
import {
  ADAPTER_BYTES,
  adapterDecision,
  adapterRecord,
  writeAdapterRun,
} from '../../support/adapter-run.ts';
import { ANY_LINEAGE } from '../../../src/events/adapter-decision.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();

/** A run with four versions: accepted, accepted and acting, refused, and one without bytes. */
async function newRun(): Promise<{ readonly runFolder: string }> {
  const runFolder = await mkdtemp(join(root, 'run-'));
  await writeAdapterRun(
    runFolder,
    [
      adapterRecord({ version: 1, weights: null }),
      adapterRecord({ version: 2, parentVersion: 1 }),
      adapterRecord({ version: 3, parentVersion: 2 }),
      adapterRecord({ version: 4, weights: null, sha256: '4'.repeat(64) }),
    ],
    [
      adapterDecision({ version: 1, activeVersion: 1 }),
      adapterDecision({ version: 2, activeVersion: 2 }),
      adapterDecision({ version: 3, decision: 'refused', reason: 'worse', activeVersion: 2 }),
    ],
    [ADAPTER_BYTES],
  );
  return { runFolder };
}

describe('rollBackAdapter', () => {
  it('writes a decision that later commands, and the worker, read', async () => {
    const run = await newRun();
    const { decision } = await rollBackAdapter(1, run);
    assert.deepEqual(
      { ...decision, decidedAtMs: 0 },
      {
        lineage: 'qa',
        version: 2,
        decision: 'rolled-back',
        code: 'BY_HAND',
        reason: 'version 1 was put in the place of version 2 by hand',
        activeVersion: 1,
        decidedAtMs: 0,
      },
    );
    const listed = await listAdapters(run);
    assert.deepEqual(
      [listed.activeVersion, ...listed.versions.map(({ status }) => status)],
      [1, 'accepted', 'rolled-back', 'refused', 'undecided'],
    );
    assert.equal((await rollBackAdapter(1, run)).decision, null);
    assert.equal((await rollBackAdapter(0, run)).activeVersion, 0);
  });

  it('refuses versions that are unknown, were refused, or have lost their bytes', async () => {
    const run = await newRun();
    await expectFailure(rollBackAdapter(9, run), 'USAGE');
    assert.match(
      (await expectFailure(rollBackAdapter(3, run), 'ADAPTER_REFUSED')).message,
      /worse/,
    );
    assert.match(
      (await expectFailure(rollBackAdapter(4, run), 'ADAPTER_REFUSED')).message,
      /MISSING/,
    );
    assert.equal((await listAdapters(run)).activeVersion, 2);
  });

  it('asks for a run that is there', async () => {
    const error = await expectFailure(
      rollBackAdapter(1, { runFolder: join(root, 'none') }),
      'FILE_UNREADABLE',
    );
    assert.match(error.hint ?? '', /Name the folder of a run/);
  });
});

describe('freezeAdapters', () => {
  it('stops training and lets it go on, and leaves what acts', async () => {
    const run = await newRun();
    assert.equal((await freezeAdapters(true, run)).decision?.decision, 'frozen');
    assert.equal((await freezeAdapters(true, run)).decision, null);
    const { frozen, activeVersion } = await listAdapters(run);
    assert.deepEqual([frozen, activeVersion], [true, 2]);
    assert.equal((await freezeAdapters(false, run)).decision?.decision, 'unfrozen');
    assert.equal((await listAdapters(run)).frozen, false);
  });
});

describe('freezeAdapters before any adapter', () => {
  it('is about whatever lineage begins', async () => {
    const runFolder = await mkdtemp(join(root, 'run-'));
    await writeAdapterRun(runFolder, []);
    const { decision } = await freezeAdapters(true, { runFolder });
    assert.deepEqual([decision?.lineage, decision?.activeVersion], [ANY_LINEAGE, 0]);
    assert.equal((await listAdapters({ runFolder })).frozen, true);
    assert.equal((await freezeAdapters(false, { runFolder })).frozen, false);
  });
});

describe('showAdapter', () => {
  it('says whether the bytes are whole', async () => {
    const run = await newRun();
    assert.equal((await showAdapter(1, run)).fault, null);
    assert.equal((await showAdapter(4, run)).fault?.code, 'MISSING');
    await writeAdapterRun(run.runFolder, [adapterRecord({ version: 5, sha256: '5'.repeat(64) })]);
    assert.equal((await showAdapter(5, run)).fault?.code, 'WRONG_HASH');
  });
});
