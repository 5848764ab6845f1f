import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { idleLoraTensors, loraTensors } from '../../../../src/adapters/onnx/lora-tensors.ts';
import { openOnnxLanguageModel } from '../../../../src/adapters/onnx/open-onnx-language-model.ts';
import { MANIFEST_FILE, parseModelManifest } from '../../../../src/model/model-manifest.ts';
import { randomAdapter } from '../../../support/lora-adapter.ts';
import { tinyModel } from '../../../support/tiny-model.ts';

const { folder, tokenizer } = await tinyModel('fp32');
const { sites } = parseModelManifest(readFileSync(join(folder, MANIFEST_FILE), 'utf8')).lora;
const whole = randomAdapter(folder, 1, 1);
/** The first half has no adapter, as the first layers of a model have none. */
const first = Math.floor(sites.length / 2);
const partial = { ...whole, sites: whole.sites.slice(first) };

describe('loraTensors', () => {
  it('has one rank at every input of the graph, zeros where the adapter has no site', () => {
    const tensors = loraTensors(partial, sites);
    assert.ok(first > 0);
    for (const [at, { a, b, inputSize, outputSize }] of sites.entries()) {
      assert.deepEqual(tensors[a]?.dims, [inputSize, whole.rank]);
      assert.deepEqual(tensors[b]?.dims, [whole.rank, outputSize]);
      const idle = (tensors[b].data as Float32Array).every((value) => value === 0);
      assert.equal(idle, at < first);
    }
  });

  it('is transposed', () => {
    const [site] = partial.sites;
    const input = sites[first];
    const data = loraTensors(partial, sites)[input?.a ?? '']?.data as Float32Array;
    // `lora_A` is [rank, in]: its second row's first number is the first row's second of the transpose.
    assert.equal(data[1], site?.a[input?.inputSize ?? 0]);
  });

  it('is of rank 1 without an adapter', () => {
    const [site] = sites;
    assert.deepEqual(idleLoraTensors(sites)[site?.a ?? '']?.dims, [site?.inputSize, 1]);
  });
});

describe('an adapter on some sites alone', () => {
  it('runs between runs without one, and acts', async () => {
    const model = await openOnnxLanguageModel({ folder, tokenizer, threads: 1 });
    const prompt = tokenizer.encodeChat([{ role: 'user', content: 'What is red?' }]);
    const asked = async (adaptFrom?: number): Promise<number | undefined> => {
      const scope = await model.openScope();
      const [result] = await scope.next([
        { prompt, tokens: [1], ...(adaptFrom === undefined ? {} : { adaptFrom }) },
      ]);
      await scope.close();
      return result?.logProbabilities[0];
    };
    const base = await asked();
    await model.setAdapter(partial);
    const adapted = await asked(0);
    assert.notEqual(adapted, base);
    assert.equal(await asked(), base);
    assert.equal(await asked(0), adapted);
    await model.close();
  });
});
