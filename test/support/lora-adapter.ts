import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_FILE, parseModelManifest } from '../../src/model/model-manifest.ts';
import type { LoraAdapter } from '../../src/ports/language-model.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';

/**
 * An adapter of random weights on every site of a model folder.
 *
 * @param size - Standard deviation of B; 0 for an adapter that does nothing.
 */
export function randomAdapter(folder: string, version: number, size: number): LoraAdapter {
  const { lora } = parseModelManifest(readFileSync(join(folder, MANIFEST_FILE), 'utf8'));
  const random = seededRandom(version);
  const rank = 4;
  const normals = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => scale * random.normal());
  return {
    version,
    rank,
    scaling: 2,
    sites: lora.sites.map(({ layer, projection, inputSize, outputSize }) => ({
      layer,
      projection,
      a: normals(rank * inputSize, 1 / Math.sqrt(inputSize)),
      b: normals(outputSize * rank, size),
    })),
  };
}
