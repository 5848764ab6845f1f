import { openOnnxLanguageModel } from '../../../../src/adapters/onnx/open-onnx-language-model.ts';
import type { Precision } from '../../../../src/graph/lower-inference.ts';
import { languageModelContract } from '../../../contract/language-model.ts';
import { randomAdapter } from '../../../support/lora-adapter.ts';
import { tinyModel } from '../../../support/tiny-model.ts';

/** A tiny network has nothing to share out. */
const threads = 1;

async function contractFor(precision: Precision, tolerance: number): Promise<void> {
  const { folder, tokenizer } = await tinyModel(precision);
  languageModelContract(`onnx, tiny ${precision}`, {
    open: () => openOnnxLanguageModel({ folder, tokenizer, threads }),
    tolerance,
    nearTies: precision !== 'fp32',
    adapter: (version, zero) => randomAdapter(folder, version, zero ? 0 : 1),
  });
}

// Sums in another order: a few hundred roundings of 6e-8 relative on logits of size 10.
await contractFor('fp32', 1e-4);
// Activations are rounded to 8 bits in each projection: a value at a rounding edge that falls to the other
// side moves by 1/127 of its block's largest, and everything after it follows.
await contractFor('int8', 0.2);
