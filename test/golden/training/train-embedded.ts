/**
 * Trains batches with the embedded trainer, for the parity test of `docker/trainer/tests`, which gives the same
 * batches to the trainer service. From the repository's root:
 *
 *     npx tsx test/golden/training/train-embedded.ts MODEL.gguf STORE BATCH.avro...
 *
 * Each file is one record of `qa.training-batches`. Beside it, with `.adapter` appended, goes the adapter's record;
 * weights and optimizer states go to the folder STORE by their hash.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { openFileAdapterStore } from '../../../src/adapters/files/file-adapter-store.ts';
import { openEmbeddedTrainer } from '../../../src/adapters/trainer/embedded-trainer.ts';

const [ggufPath, storeFolder, ...files] = process.argv.slice(2) as [string, string, ...string[]];
const codecs = openRecordCodecs();
const trainer = await openEmbeddedTrainer({
  ggufPath,
  baseSha256: createHash('sha256').update(readFileSync(ggufPath)).digest('hex'),
  store: openFileAdapterStore(storeFolder),
  folder: path.join(storeFolder, 'training'),
  threads: 2,
});
for (const file of files) {
  const batch = codecs.trainingBatch.decode(readFileSync(file));
  if (!batch.ok) throw new Error(`${file}: ${batch.reason}`);
  writeFileSync(`${file}.adapter`, codecs.adapter.encode(await trainer.train(batch.value)));
}
await trainer.close();
