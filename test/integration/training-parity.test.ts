import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkGoldenStep } from '../support/golden-parity.ts';
import { findModel } from '../support/models.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { tinyGguf } from '../support/tiny-network.ts';
import { readTrainingGolden, type GoldenStep } from '../support/training-golden.ts';

/**
 * Both sides compute in float32 and add in different orders. A sum of n products is off by about √n · 2⁻²⁴, here
 * 5e-7 of its terms; three layers there and back multiply that by some tens. Steps are golden with ε = 1e-3, so
 * that a weight's step is off by no more than its gradient's error / ε, in learning rates.
 */
const TINY_TOLERANCE = { loss: 2e-6, gradient: 2e-5, moved: 1e-3 };

/** 24 layers of sums of up to 4,864 products, of which some cancel. */
const REAL_TOLERANCE = { loss: 1e-5, gradient: 1e-4, moved: 1e-3 };

const title = ({ loss, samples, lora }: GoldenStep): string =>
  `${loss}, ${samples[0]!.tokenIds.length - samples[0]!.adaptFrom} of ${samples[0]!.tokenIds.length} positions, ` +
  `${lora.projections.join()} of the last ${lora.lastLayers} layers`;

describe('a training step of PyTorch and PEFT', () => {
  const golden = readTrainingGolden('tiny') as Record<'qwen2' | 'llama', readonly GoldenStep[]>;
  for (const architecture of ['qwen2', 'llama'] as const) {
    const folder = temporaryFolder();
    const path = join(folder, 'tiny.gguf');
    writeFileSync(path, tinyGguf(architecture));
    for (const step of golden[architecture]) {
      it(`tiny ${architecture}: ${title(step)}`, async (t) => {
        const off = await checkGoldenStep(path, folder, step, TINY_TOLERANCE);
        t.diagnostic(JSON.stringify(off));
      });
    }
  }

  const model = findModel('qwen2.5-coder-0.5b-instruct');
  describe('Qwen2.5-Coder-0.5B', { skip: model.skip }, () => {
    const folder = temporaryFolder();
    for (const step of readTrainingGolden('qwen2.5-coder-0.5b') as readonly GoldenStep[]) {
      it(title(step), async (t) => {
        const off = await checkGoldenStep(model.path ?? '', folder, step, REAL_TOLERANCE);
        t.diagnostic(JSON.stringify(off));
      });
    }
  });
});
