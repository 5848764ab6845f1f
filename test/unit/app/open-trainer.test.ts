import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeStandInAdapter } from '../../../src/adapters/memory/stand-in-adapter.ts';
import { createMemoryAdapterStore } from '../../../src/adapters/memory/memory-adapter-store.ts';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { learningOptionsOf } from '../../../src/app/learning-options-of.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { openTrainer } from '../../../src/app/open-trainer.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import { adapterRecord } from '../../support/adapter-run.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TINY, tinyGguf } from '../../support/tiny-network.ts';
import { tinyBatch } from '../../support/training-batches.ts';

const topology = await loadTopology();
const standIn = { ...topology, model: { ...topology.model, name: 'stand-in' } };

const folder = temporaryFolder();

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

  // Graphs took adapters at q, v and o of the last third of the layers alone, whatever the topology said: of a model
  // with fewer than 24 layers every adapter was trained and then refused.
  for (const lora of [{}, { projections: ['q', 'k', 'down'] }])
    it(`makes adapters that load, of a model with three layers, with ${JSON.stringify(lora)}`, async () => {
      const gguf = tinyGguf('llama');
      const file = join(folder, 'tiny.gguf');
      await writeFile(file, gguf);
      const small = {
        ...topology,
        model: { ...topology.model, name: file, threads: 1 },
        training: { ...topology.training, lora: { ...topology.training.lora, ...lora } },
      };
      const { description, tokenizer } = createStandInLanguageModel();
      const baseSha256 = createHash('sha256').update(gguf).digest('hex');
      const learning = learningOptionsOf(small, {
        description: { ...description, fileSha256: baseSha256, layers: TINY.layers },
        tokenizer,
      });
      const store = createMemoryAdapterStore();
      const opened = await openTrainer(small, { store, cacheFolder: join(folder, 'cache') });
      assert.ok(opened !== undefined && learning !== null);
      const record = await opened.trainer.train(tinyBatch({ baseSha256, lora: learning.lora }));
      assert.equal((await opened.load(record)).sites.length, 3 * TINY.layers);
      await opened.trainer.close();
    });
});
