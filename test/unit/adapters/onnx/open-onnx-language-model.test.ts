import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openOnnxLanguageModel } from '../../../../src/adapters/onnx/open-onnx-language-model.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { tinyModel } from '../../../support/tiny-model.ts';

const { folder, tokenizer } = await tinyModel('int8');

describe('openOnnxLanguageModel', () => {
  it('describes the model', async () => {
    const model = await openOnnxLanguageModel({ folder, tokenizer, threads: 1, name: 'mine' });
    const { fingerprint, fileSha256, ...rest } = model.description;
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
    assert.match(fileSha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      name: 'mine',
      architecture: 'llama',
      precision: 'int8',
      contextLength: 512,
      vocabularySize: tokenizer.vocabularySize,
      hiddenSize: 64,
      layers: 3,
    });
    await model.close();
  });

  it('takes the cache’s size for the context’s where that is smaller', async () => {
    const options = { folder, tokenizer, threads: 1, arenaPositions: 20 };
    const model = await openOnnxLanguageModel(options);
    assert.equal(model.description.contextLength, 20);
    const scope = await model.openScope();
    const prompts = [1, 2, 3].map((first) => [first, ...Array<number>(19).fill(50)]);
    const rows = await scope.next(prompts.map((prompt) => ({ prompt, tokens: [1] })));
    assert.equal(rows.length, 3);
    await assert.rejects(scope.next([{ prompt: Array<number>(21).fill(1), tokens: [] }]), {
      code: 'CONTEXT_OVERFLOW',
    });
    await model.close();
  });

  it('lets this thread go on while it works', async () => {
    const model = await openOnnxLanguageModel({ folder, tokenizer, threads: 1 });
    const scope = await model.openScope();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    // 1,000 positions in few long runs; made on this thread, each run would hold the timer up.
    const prompts = [1, 2].map((first) => Array<number>(500).fill(first));
    const start = performance.now();
    await scope.next(prompts.map((prompt) => ({ prompt, tokens: [] })));
    const milliseconds = performance.now() - start;
    clearInterval(timer);
    // One tick a millisecond on an idle machine; on this thread, one between two of the four runs or so.
    assert.ok(ticks > 10, `${ticks} ticks in ${milliseconds} ms`);
    await model.close();
  });

  it('says what is wrong with a folder', async () => {
    const empty = temporaryFolder();
    await assert.rejects(openOnnxLanguageModel({ folder: empty, tokenizer }), {
      code: 'FILE_UNREADABLE',
    });
    writeFileSync(join(empty, 'manifest.json'), '{}');
    await assert.rejects(openOnnxLanguageModel({ folder: empty, tokenizer }), {
      code: 'MODEL_INVALID',
    });
    const { folder: broken } = await tinyModel('fp32');
    rmSync(join(broken, 'model.onnx'));
    await assert.rejects(openOnnxLanguageModel({ folder: broken, tokenizer }), {
      code: 'MODEL_FAILED',
    });
  });

  it('refuses options that make no sense', async () => {
    const refused = { code: 'PRECONDITION' };
    await assert.rejects(openOnnxLanguageModel({ folder, tokenizer, threads: 0 }), refused);
    await assert.rejects(
      openOnnxLanguageModel({ folder, tokenizer, arenaPositions: 0.5 }),
      refused,
    );
  });
});
