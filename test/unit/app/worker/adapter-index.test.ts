import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAdapterIndex, type AdapterIndex } from '../../../../src/app/worker/adapter-index.ts';
import type { AdapterRecord } from '../../../../src/events/adapter.ts';
import { adapterRecord } from '../../../support/adapter-run.ts';
import { codecs } from '../../../support/loop-run.ts';
import { LOOP_TOPICS, trainingLog } from '../../../support/training-log.ts';

const LINEAGE = 'line';
const versionOf = (version: number, over: Partial<AdapterRecord> = {}): AdapterRecord =>
  adapterRecord({ lineage: LINEAGE, version, batchId: `b${version}`, ...over });

/** An index over a topic with these records, and what it complained of. */
async function indexOf(
  ...records: readonly AdapterRecord[]
): Promise<{ readonly index: AdapterIndex; readonly troubles: readonly string[] }> {
  const log = await trainingLog();
  for (const record of records) await log.adapter(record);
  const troubles: string[] = [];
  const index = createAdapterIndex(log.broker, LOOP_TOPICS.adapters, codecs.adapter, {
    onTrouble: (sentence) => troubles.push(sentence),
  });
  await index.refresh();
  return { index, troubles };
}

describe('createAdapterIndex', () => {
  it('takes the same version again for a repeat, and reads its newest record', async () => {
    const { index, troubles } = await indexOf(
      versionOf(1),
      versionOf(2),
      versionOf(1, { durationMs: 7 }),
    );
    assert.deepEqual([...index.versions(LINEAGE).keys()], [1, 2]);
    assert.equal((await index.recordOf(LINEAGE, 1)).durationMs, 7);
    assert.deepEqual(troubles, []);
  });

  it('keeps the first of two that differ, and says so', async () => {
    const first = versionOf(1);
    for (const other of [
      // Of the same batch, as two trainers that know nothing of each other make them.
      versionOf(1, { sha256: 'cd'.repeat(32) }),
      versionOf(1, { batchId: 'another' }),
    ]) {
      const { index, troubles } = await indexOf(first, other);
      assert.equal(index.versions(LINEAGE).get(1)?.sha256, first.sha256);
      assert.equal(index.versions(LINEAGE).get(1)?.batchId, 'b1');
      const kept = await index.recordOf(LINEAGE, 1);
      assert.equal(kept.sha256, first.sha256);
      assert.equal(kept.batchId, 'b1');
      assert.equal(troubles.length, 1);
      assert.match(troubles[0] ?? '', /line\/1 .*second time.*one group/s);
    }
  });

  it('knows every version where reading broke half way and began again', async () => {
    const log = await trainingLog();
    for (const version of [1, 2, 3]) await log.adapter(versionOf(version));
    let breaks = true;
    const index = createAdapterIndex(
      {
        bounds: (...at) => log.broker.bounds(...at),
        async *read(...parameters) {
          for await (const record of log.broker.read(...parameters)) {
            yield record;
            if (breaks) throw new Error('away');
          }
        },
      },
      LOOP_TOPICS.adapters,
      codecs.adapter,
    );
    await assert.rejects(index.refresh(), /away/);
    breaks = false;
    await index.refresh();
    assert.deepEqual([...index.versions(LINEAGE).keys()], [1, 2, 3]);
  });
});
