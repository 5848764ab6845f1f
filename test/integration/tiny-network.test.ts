import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { buildModel } from '../../src/app/build-model.ts';
import { packageRoot } from '../../src/app/package-root.ts';
import { LORA_PROJECTIONS } from '../../src/graph/lora-sites.ts';
import type { Precision } from '../../src/graph/lower-inference.ts';
import { logProbabilities, RunGraph } from '../support/run-graph.ts';
import type { PositionOutputs, RowToken } from '../support/run-graph.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { namedNumbers, tinyGguf } from '../support/tiny-network.ts';
import type { TinyArchitecture } from '../support/tiny-network.ts';

interface GoldenCase {
  readonly prompt: readonly number[];
  readonly loraScale: readonly number[];
  readonly logits: readonly number[];
  readonly logNormalizer: number;
  readonly entropyNats: number;
  readonly hidden: readonly number[];
}

const GOLDEN = JSON.parse(
  readFileSync(join(packageRoot(), 'test/golden/model/tiny-networks.json'), 'utf8'),
) as { readonly rank: number } & Readonly<Record<TinyArchitecture, readonly GoldenCase[]>>;

/**
 * Three layers of float32 sums over 64 to 96 products, in another order than PyTorch's: relative errors of
 * some 1e-6 on logits of size 5 to 10. The golden file is rounded to 6 decimals.
 */
const FLOAT32_TOLERANCE = 3e-5;

const folder = temporaryFolder();

async function build(architecture: TinyArchitecture, precision: Precision): Promise<string> {
  const file = join(folder, `${architecture}.gguf`);
  const out = join(folder, `${architecture}-${precision}`);
  writeFileSync(file, tinyGguf(architecture));
  await buildModel(file, out, {
    precision,
    lora: { projections: LORA_PROJECTIONS, lastLayers: 2 },
  });
  return out;
}

function setGoldenLora(graph: RunGraph): void {
  graph.setLora(GOLDEN.rank, (name, length) => namedNumbers(name, length, 0.25));
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i += 1) {
    largest = Math.max(largest, Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN)));
  }
  assert.ok(!Number.isNaN(largest), 'a number is missing');
  return largest;
}

/** Σ p · (ln p − ln q), in nats. */
function divergence(reference: PositionOutputs, other: PositionOutputs): number {
  const p = logProbabilities(reference);
  const q = logProbabilities(other);
  return p.reduce((sum, logP, i) => sum + Math.exp(logP) * (logP - (q[i] ?? Number.NaN)), 0);
}

for (const architecture of ['llama', 'qwen2'] as const) {
  describe(`the graph of a tiny ${architecture} network in fp32`, () => {
    let graph: RunGraph;
    before(async () => {
      graph = await RunGraph.open(await build(architecture, 'fp32'));
      setGoldenLora(graph);
    });
    after(() => graph.close());

    it('computes what transformers computes, LoRA by position included', async () => {
      for (const golden of GOLDEN[architecture]) {
        const actual = await graph.runAlone(golden.prompt, golden.loraScale);
        const what = `prompt of ${golden.prompt.length}, scales ${golden.loraScale.join()}`;
        const differences = {
          logits: largestDifference(actual.logits, golden.logits),
          hidden: largestDifference(actual.hidden, golden.hidden),
          logNormalizer: Math.abs(actual.logNormalizer - golden.logNormalizer),
          entropyNats: Math.abs(actual.entropyNats - golden.entropyNats),
        };
        for (const [name, difference] of Object.entries(differences)) {
          assert.ok(difference < FLOAT32_TOLERANCE, `${name} of ${what}: off by ${difference}`);
        }
      }
    });

    it('is moved by LoRA and by its positions (so that the case above can fail)', () => {
      const [base, everywhere, last] = GOLDEN[architecture];
      assert.ok(base !== undefined && everywhere !== undefined && last !== undefined);
      assert.ok(largestDifference(base.logits, everywhere.logits) > 0.1);
      assert.ok(largestDifference(everywhere.logits, last.logits) > 0.1);
    });

    it('runs branches of one prefix, and a stranger, in one row as it runs them alone', async () => {
      const prefix = [5, 17, 80, 3];
      const branches = [[41, 9], [12], [7, 7, 60]];
      const stranger = [90, 2, 33];
      const alone: PositionOutputs[] = [];
      for (const branch of branches) {
        const ids = [...prefix, ...branch];
        alone.push(
          await graph.runAlone(
            ids,
            [...ids.keys()].map((i) => (i < ids.length - 1 ? 0 : 2)),
          ),
        );
      }
      alone.push(await graph.runAlone(stranger));

      graph.used = 0;
      const first = prefix.map((id, position): RowToken => {
        return { id, position, sees: range(0, position + 1) };
      });
      await graph.run(first, [0]);
      const row: RowToken[] = [];
      const wanted: number[] = [];
      for (const branch of branches) {
        const start = prefix.length + row.length;
        branch.forEach((id, i) => {
          const sees = [...range(0, prefix.length), ...range(start, start + i + 1)];
          row.push({
            id,
            position: prefix.length + i,
            sees,
            loraScale: i < branch.length - 1 ? 0 : 2,
          });
        });
        wanted.push(row.length - 1);
      }
      const start = prefix.length + row.length;
      stranger.forEach((id, i) => row.push({ id, position: i, sees: range(start, start + i + 1) }));
      wanted.push(row.length - 1);
      const packed = await graph.run(row, wanted);

      packed.forEach((outputs, i) => {
        const difference = largestDifference(outputs.logits, alone[i]?.logits ?? []);
        assert.ok(difference < 1e-5, `branch ${i}: off by ${difference}`);
      });
    });

    it('goes on token by token as in one run', async () => {
      const ids = [95, 0, 7, 64, 32];
      const whole = await graph.runAlone(ids);
      graph.used = 0;
      let outputs: PositionOutputs[] = [];
      for (const [position, id] of ids.entries()) {
        outputs = await graph.run([{ id, position, sees: range(0, position + 1) }], [0]);
      }
      assert.ok(largestDifference(outputs[0]?.logits ?? [], whole.logits) < 1e-5);
    });

    it('has the same base outputs in the graph for other tools, which needs no LoRA', async () => {
      const portable = await RunGraph.open(join(folder, `${architecture}-fp32`), 64, true);
      const ids = [1, 2, 3, 4];
      const difference = largestDifference(
        (await portable.runAlone(ids)).logits,
        (await graph.runAlone(ids)).logits,
      );
      await portable.close();
      assert.ok(difference < 1e-6, `off by ${difference}`);
    });
  });

  describe(`the graph of a tiny ${architecture} network in blocks`, () => {
    // Random weights are the worst case for blocks: nothing in them is regular. Mean over three prompts,
    // in nats; measured 5e-4 and 9e-4 at 8 bits, 0.05 and 0.06 at 4.
    for (const [precision, limit] of [
      ['int8', 3e-3],
      ['int4', 0.2],
    ] as const) {
      it(`stays within ${limit} nats of fp32 at ${precision}`, async () => {
        const [exact, blocks] = await Promise.all([
          RunGraph.open(join(folder, `${architecture}-fp32`)),
          RunGraph.open(await build(architecture, precision)),
        ]);
        setGoldenLora(exact);
        setGoldenLora(blocks);
        const prompts = GOLDEN[architecture].filter((_, i) => i % 3 === 2);
        let sum = 0;
        for (const { prompt, loraScale } of prompts) {
          const reference = await exact.runAlone(prompt, loraScale);
          sum += divergence(reference, await blocks.runAlone(prompt, loraScale));
        }
        await exact.close();
        await blocks.close();
        const mean = sum / prompts.length;
        assert.ok(mean < limit, `mean divergence ${mean}`);
        // Blocks that changed nothing were not used.
        assert.ok(mean > 1e-9, `mean divergence ${mean}`);
      });
    }
  });
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
