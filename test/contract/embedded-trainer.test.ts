import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedTrainer } from '../../src/adapters/trainer/embedded-trainer.ts';
import { MemoryAdapterStore } from '../support/memory-adapter-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tinyGguf } from '../support/tiny-network.ts';
import { TINY_SHA256 } from '../support/training-batches.ts';
import { trainerContract } from './trainer.ts';

for (const architecture of ['qwen2', 'llama'] as const) {
  const folder = temporaryFolder();
  const ggufPath = join(folder, 'tiny.gguf');
  trainerContract(`embedded, ${architecture}`, async () => {
    writeFileSync(ggufPath, tinyGguf(architecture));
    const store = new MemoryAdapterStore();
    const options = { ggufPath, baseSha256: TINY_SHA256, store, folder, threads: 1 };
    return { trainer: await openEmbeddedTrainer(options), store };
  });
}
