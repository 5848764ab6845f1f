import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { buildModel } from '../../src/app/build-model.ts';
import { packageRoot } from '../../src/app/package-root.ts';
import { findModel } from '../support/models.ts';
import { logProbabilities, RunGraph } from '../support/run-graph.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Golden {
  readonly cases: readonly {
    readonly prompt: readonly number[];
    readonly tokens: readonly number[];
    readonly logProbabilities: readonly number[];
  }[];
}

/** Longest prompt of the golden files, with room. */
const CAPACITY = 1024;

describe('the fp32 graph against PyTorch transformers on the same file', () => {
  for (const model of ['smollm2-135m-instruct', 'qwen2.5-coder-0.5b-instruct'] as const) {
    const { path, skip } = findModel(model);
    it(`${model}: 50 prompts, same argmax, top 100 within 1e-3`, { skip }, async (context) => {
      const golden = JSON.parse(
        readFileSync(join(packageRoot(), `test/golden/model/logits-${model}.json`), 'utf8'),
      ) as Golden;
      assert.equal(golden.cases.length, 50);
      const folder = join(temporaryFolder(), model);
      await buildModel(path ?? '', folder, { precision: 'fp32' });
      const graph = await RunGraph.open(folder, CAPACITY);
      let largest = 0;
      for (const [
        index,
        { prompt, tokens, logProbabilities: expected },
      ] of golden.cases.entries()) {
        const actual = logProbabilities(await graph.runAlone(prompt));
        const best = actual.indexOf(maximum(actual));
        assert.equal(best, tokens[0], `argmax of prompt ${index}`);
        tokens.forEach((token, rank) => {
          const difference = Math.abs(
            (actual[token] ?? Number.NaN) - (expected[rank] ?? Number.NaN),
          );
          assert.ok(difference <= 1e-3, `prompt ${index}, rank ${rank}: off by ${difference}`);
          largest = Math.max(largest, difference);
        });
      }
      await graph.close();
      context.diagnostic(`largest difference in log probability: ${largest.toExponential(2)}`);
    });
  }
});

function maximum(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
