import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openOnnxLanguageModel } from '../../../../src/adapters/onnx/open-onnx-language-model.ts';
import type { LoraAdapter, NextTokenResult } from '../../../../src/ports/language-model.ts';
import { assertClose } from '../../../support/assert-close.ts';
import { randomAdapter } from '../../../support/lora-adapter.ts';
import { tinyModel, type BuiltModel } from '../../../support/tiny-model.ts';

const TENSORS: Readonly<Record<string, string>> = { q: 'attn_q', v: 'attn_v', o: 'attn_output' };
const HEAD = 16;
const tokens = Array.from({ length: 20 }, (_, i) => 300 + i);
const prompt = [5, 60, 70, 80, 90, 300, 310, 320];

/** Adds `scaling · B · A` to the weights themselves, which is what an adapter everywhere means. */
function mergeInto(adapter: LoraAdapter): Parameters<typeof tinyModel>[1] {
  return (tensor, values, columns) => {
    for (const { layer, projection, a, b } of adapter.sites) {
      if (tensor !== `blk.${layer}.${TENSORS[projection]}.weight`) continue;
      const rows = values.length / columns;
      for (let row = 0; row < rows; row++) {
        // Llama files hold the rows of Q permuted: row j of a head lies at 2j, row j + 8 at 2j + 1.
        const inHead = row % HEAD;
        const half = HEAD / 2;
        const stored =
          projection === 'q' ? (inHead % half) * 2 + Math.floor(inHead / half) : inHead;
        const at = (row - inHead + stored) * columns;
        for (let column = 0; column < columns; column++)
          for (let r = 0; r < adapter.rank; r++)
            values[at + column]! +=
              adapter.scaling * b[row * adapter.rank + r]! * a[r * columns + column]!;
      }
    }
  };
}

async function ask(
  { folder, tokenizer }: BuiltModel,
  adapter: LoraAdapter | undefined,
  adaptFrom: number | undefined,
): Promise<NextTokenResult> {
  const model = await openOnnxLanguageModel({ folder, tokenizer, threads: 1 });
  await model.setAdapter(adapter);
  const scope = await model.openScope();
  const request = { prompt, tokens, ...(adaptFrom !== undefined && { adaptFrom }) };
  const [result] = await scope.next([request]);
  await model.close();
  assert.ok(result);
  return result;
}

describe('an adapter', () => {
  it('acting on every position equals its weights merged into the model’s', async () => {
    const base = await tinyModel('fp32');
    const adapter = randomAdapter(base.folder, 3, 0.3);
    assert.deepEqual([...new Set(adapter.sites.map((site) => site.projection))], ['q', 'v', 'o']);
    const merged = await ask(await tinyModel('fp32', mergeInto(adapter)), undefined, undefined);
    const adapted = await ask(base, adapter, 0);
    const plain = await ask(base, undefined, undefined);
    const lastOnly = await ask(base, adapter, prompt.length - 1);
    let moved = 0;
    let apart = 0;
    merged.logProbabilities.forEach((expected, i) => {
      // Products and sums of fp32 in another order: as in the contract suite.
      assertClose(adapted.logProbabilities[i], expected, 1e-4, `token ${i}`);
      moved = Math.max(moved, Math.abs(expected - (plain.logProbabilities[i] as number)));
      apart = Math.max(apart, Math.abs(expected - (lastOnly.logProbabilities[i] as number)));
    });
    assert.ok(moved > 0.1, `the adapter moves log probabilities by ${moved} only`);
    assert.ok(apart > 0.01, `adapting the last position alone differs by ${apart} only`);
  });
});
