import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openEmbeddedTrainer } from '../../../../src/adapters/trainer/embedded-trainer.ts';
import type { Trainer } from '../../../../src/ports/trainer.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { MemoryAdapterStore } from '../../../support/memory-adapter-store.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tinyGguf } from '../../../support/tiny-network.ts';
import { TINY_SHA256, tinyBatch, tinySample } from '../../../support/training-batches.ts';

describe('openEmbeddedTrainer', () => {
  const folder = temporaryFolder();
  const ggufPath = join(folder, 'tiny.gguf');
  writeFileSync(ggufPath, tinyGguf('qwen2'));
  const store = new MemoryAdapterStore();
  const open = (path = ggufPath): Promise<Trainer> =>
    openEmbeddedTrainer({ ggufPath: path, baseSha256: TINY_SHA256, store, folder, threads: 1 });

  it('counts frozen positions, measures and steps', async () => {
    const trainer = await open();
    // Two samples: 19 frozen positions, two measures, and three times a step.
    const first = await trainer.train(tinyBatch());
    assert.equal(first.forwardTokens, 2 * (19 + 2 + 3));
    // What is frozen is kept, but not after a crash: a batch that is trained again has to count the same.
    assert.equal((await trainer.train(tinyBatch())).forwardTokens, first.forwardTokens);
    await trainer.close();
  });

  it('puts weights above 512 KiB in the store alone', async () => {
    const trainer = await open();
    const { lora } = tinyBatch();
    const record = await trainer.train(tinyBatch({ lora: { ...lora, rank: 256 } }));
    assert.equal(record.weights, null);
    assert.equal((await store.get(record.sha256))?.length, record.sizeBytes);
    assert.ok(record.sizeBytes > 512 * 1024);
    await trainer.close();
  });

  it('leaves its thread free while it trains', async () => {
    const trainer = await open();
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const steps = Array.from({ length: 50 }, () => [0, 1]);
    const samples = ['one', 'two'].map((name) => tinySample(name, { adaptFrom: 0 }));
    await trainer.train(tinyBatch({ steps, samples }));
    clearInterval(ticking);
    assert.ok(turns > 5, `${turns} turns`);
    await trainer.close();
  });

  it('fails for a file that is no model', async () => {
    await expectFailure(open(join(folder, 'none.gguf')), 'FILE_UNREADABLE');
    const path = join(folder, 'text.gguf');
    writeFileSync(path, 'no model at all, but long enough to be one');
    await expectFailure(open(path), 'GGUF_INVALID');
  });

  it('refuses batches once it is closed', async () => {
    const trainer = await open();
    await trainer.close();
    await expectFailure(trainer.train(tinyBatch()), 'TRAINING_FAILED');
  });
});
