import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { buildModel } from '../../src/app/build-model.ts';
import { LORA_PROJECTIONS, loraInputNames } from '../../src/graph/lora-sites.ts';
import { readAdapterConfig } from '../../src/peft/adapter-config.ts';
import { decodeAdapter } from '../../src/peft/adapter-weights.ts';
import { RunGraph } from '../support/run-graph.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tinyGguf } from '../support/tiny-network.ts';

type Logits = readonly (readonly number[])[];

/** Logits of PEFT at the last position of each prompt; see `test/golden/peft/make-golden.py`. */
const GOLDEN = JSON.parse(readFileSync('test/golden/peft/golden.json', 'utf8')) as Record<
  'llama' | 'qwen2',
  Record<'theirs' | 'ours', { readonly logits: Logits }> & { readonly base: Logits }
>;

/** Those of `test/golden/model/make-tiny-golden.py`. */
const PROMPTS = [[5, 17, 80, 3, 3, 41, 9], [1], [95, 0, 7, 64, 32, 16, 8, 4, 2, 1, 90, 77, 13]];

/** As in `tiny-network.test.ts`: another order of float32 sums, on logits of size 5 to 10. */
const FLOAT32_TOLERANCE = 3e-5;

const root = temporaryFolder();

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  return Array.from(actual).reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
}

/** The transpose of a row-major matrix: the graph's inputs are PEFT's matrices on their side. */
function transposed(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  return values.map((_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!);
}

for (const architecture of ['llama', 'qwen2'] as const) {
  describe(`an adapter in the scope "conversation" on a tiny ${architecture}`, () => {
    let graph: RunGraph;
    before(async () => {
      const file = join(root, `${architecture}.gguf`);
      const folder = join(root, architecture);
      writeFileSync(file, tinyGguf(architecture));
      const lora = { projections: LORA_PROJECTIONS, lastLayers: 2 };
      await buildModel(file, folder, { precision: 'fp32', lora });
      graph = await RunGraph.open(folder);
    });
    after(() => graph.close());

    for (const side of ['theirs', 'ours'] as const)
      it(`gives PEFT's logits, ${side === 'theirs' ? 'made by PEFT' : 'made here'}`, async () => {
        const folder = `test/golden/peft/${side}-${architecture}`;
        const config = readAdapterConfig(readFileSync(`${folder}/adapter_config.json`, 'utf8'));
        const { rank, alpha, sites } = decodeAdapter(
          readFileSync(`${folder}/adapter_model.safetensors`),
          config,
        );
        const inputs = new Map<string, Float32Array>();
        for (const site of sites) {
          const names = loraInputNames(site);
          inputs.set(names.a, transposed(site.a, site.a.length / rank));
          inputs.set(names.b, transposed(site.b, rank));
        }
        graph.setLora(rank, (name, length) => inputs.get(name) ?? new Float32Array(length));
        for (const [index, prompt] of PROMPTS.entries()) {
          const scales = prompt.map(() => alpha / rank);
          const { logits } = await graph.runAlone(prompt, scales);
          const expected = GOLDEN[architecture][side].logits[index]!;
          const off = largestDifference(logits, expected);
          assert.ok(off < FLOAT32_TOLERANCE, `prompt ${index} is off by ${off}`);
          // So that the case can fail: the adapter matters.
          assert.ok(largestDifference(logits, GOLDEN[architecture].base[index]!) > 0.1);
        }
      });
  });
}
