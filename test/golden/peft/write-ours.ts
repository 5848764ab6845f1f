/**
 * Writes the adapters that `make-golden.py` loads into PEFT: `npx tsx test/golden/peft/write-ours.ts`, from the
 * repository's root. Nothing is random.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { writeAdapterConfig } from '../../../src/peft/adapter-config.ts';
import { encodeAdapter } from '../../../src/peft/adapter-weights.ts';
import { goldenAdapter } from '../../support/golden-adapter.ts';

for (const architecture of ['llama', 'qwen2'] as const) {
  const folder = `test/golden/peft/ours-${architecture}`;
  const weights = goldenAdapter(architecture);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/adapter_model.safetensors`, encodeAdapter(weights));
  writeFileSync(
    `${folder}/adapter_config.json`,
    writeAdapterConfig(weights, `tiny-${architecture}`),
  );
}
