import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeStandInAdapter } from '../../../src/adapters/memory/stand-in-adapter.ts';
import { createMemoryAdapterStore } from '../../../src/adapters/memory/memory-adapter-store.ts';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { openTrainer } from '../../../src/app/open-trainer.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import { adapterRecord } from '../../support/adapter-run.ts';
import { expectFailure } from '../../support/expect-failure.ts';

const topology = await loadTopology();
const standIn = { ...topology, model: { ...topology.model, name: 'stand-in' } };

describe('openTrainer', () => {
  it('opens none where nothing is trained', async () => {
    const store = createMemoryAdapterStore();
    const off = { ...standIn, training: { ...standIn.training, mode: 'off' as const } };
    assert.equal(await openTrainer(off, { store }), undefined);
  });

  it('loads an adapter of the stand-in from the store, and refuses one of another hash or base', async () => {
    const store = createMemoryAdapterStore();
    const opened = await openTrainer(standIn, { store });
    assert.ok(opened !== undefined);
    const { lora } = standIn.training;
    const bytes = encodeStandInAdapter(0.25, lora);
    assert.ok(bytes !== undefined);
    const record: AdapterRecord = adapterRecord({
      baseSha256: createStandInLanguageModel().description.fileSha256,
      lora,
      sha256: await store.put(bytes),
      sizeBytes: bytes.length,
      weights: null,
    });
    const { version, sites } = await opened.load(record);
    // Of the topology's q, v and o, the stand-in has q and v in both of its layers.
    assert.deepEqual([version, sites.length], [1, 4]);
    const other = bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
    for (const [changes, code] of [
      [{ weights: other }, /WRONG_HASH/],
      [{ sha256: '0'.repeat(64) }, /MISSING.*broker\.folder.*have to share/],
      [{ baseSha256: 'b'.repeat(64) }, /WRONG_BASE/],
    ] as const) {
      const error = await expectFailure(opened.load({ ...record, ...changes }), 'ADAPTER_REFUSED');
      assert.match(error.message, code);
      assert.match(error.hint ?? '', /secl adapter rollback 0/);
    }
    await opened.trainer.close();
  });
});
