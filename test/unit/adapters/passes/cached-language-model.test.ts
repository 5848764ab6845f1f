import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  createStandInLanguageModel,
  STAND_IN_LORA_SITES,
  type StandInOptions,
} from '../../../../src/adapters/memory/stand-in-language-model.ts';
import { cachedLanguageModel } from '../../../../src/adapters/passes/cached-language-model.ts';
import { openPassFile } from '../../../../src/adapters/passes/pass-file.ts';
import type {
  LanguageModel,
  LoraAdapter,
  ModelScope,
} from '../../../../src/ports/language-model.ts';
import { languageModelContract } from '../../../contract/language-model.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

function adapter(version: number, zero: boolean): LoraAdapter {
  return {
    version,
    rank: 2,
    scaling: 2,
    sites: STAND_IN_LORA_SITES.map(({ layer, projection, inputSize, outputSize }) => ({
      layer,
      projection,
      a: new Float32Array(2 * inputSize).fill(0.5),
      b: new Float32Array(outputSize * 2).fill(zero ? 0 : 0.5),
    })),
  };
}

async function open(
  file: string,
  inner: LanguageModel = createStandInLanguageModel(),
  onModelMs?: (ms: number) => void,
): Promise<LanguageModel> {
  const passes = await openPassFile(join(folder, file));
  const model = cachedLanguageModel(inner, passes, {
    nowMs: () => performance.now(),
    ...(onModelMs && { onModelMs }),
  });
  return {
    ...model,
    close: () => {
      passes.sync();
      return model.close();
    },
  };
}

const fresh = (options?: StandInOptions): Promise<LanguageModel> =>
  open(`fresh-${files++}`, createStandInLanguageModel(options));

const kind = { tolerance: 0, nearTies: false, adapter };
languageModelContract('stand-in with kept passes', {
  ...kind,
  open: () => fresh(),
  openSlow: () => fresh({ delayMs: 0.5 }),
});
// Most of its passes are kept by the second test that asks for them.
languageModelContract('stand-in with passes shared by all tests', {
  ...kind,
  open: () => open('shared'),
  openSlow: () => fresh({ delayMs: 0.5 }),
});

/** The work of two strategies: an answer, then a question about it, then other prompts. */
async function work(scope: ModelScope, model: LanguageModel, twice: boolean): Promise<unknown[]> {
  const { tokenizer } = model;
  const chat = (content: string): readonly number[] =>
    tokenizer.encodeChat([{ role: 'user', content }]);
  const prompts = ['What is red?', 'What is 3 plus 4?'].map(chat);
  const greedy = await scope.generate(prompts.map((prompt) => ({ prompt, maxTokens: 6 })));
  const asked = greedy.map(({ tokens }, i) => [
    ...(prompts[i] as readonly number[]),
    ...tokens.map(({ id }) => id),
    ...tokenizer.encode(' How sure?'),
  ]);
  const digits = tokenizer.encode('7');
  const said = await scope.next(
    asked.map((prompt) => ({ prompt, tokens: digits, adaptFrom: prompt.length - 1, hidden: true })),
  );
  const again = twice ? await scope.next(asked.map((prompt) => ({ prompt, tokens: [] }))) : [];
  const scored = await scope.score([
    { prompt: prompts[0] as readonly number[], continuation: tokenizer.encode('green') },
  ]);
  return [...greedy, ...said, ...again, ...scored];
}

async function worked(model: LanguageModel, twice: boolean, adapted = false): Promise<unknown[]> {
  await model.setAdapter(adapted ? adapter(1, false) : undefined);
  const scope = await model.openScope();
  const results = await work(scope, model, twice);
  await scope.close();
  return results;
}

const plain = (results: unknown): unknown => JSON.parse(JSON.stringify(results));

describe('a model with kept passes', () => {
  it('serves results and ledgers of a model without, whoever computed them', async () => {
    const bare = createStandInLanguageModel();
    for (const [twice, adapted] of [
      [true, false],
      [false, false],
      [false, true],
      [true, true],
    ] as const) {
      // Each opens the file anew, and finds the passes of those before it.
      const model = await open('strategies');
      const results = await worked(model, twice, adapted);
      await model.close();
      assert.deepEqual(plain(results), plain(await worked(bare, twice, adapted)));
    }
  });

  it('leaves the model alone where everything is kept', async () => {
    const first = await open('kept');
    await worked(first, true);
    await first.close();
    const inner = createStandInLanguageModel();
    inner.openScope = () => Promise.reject(new Error('the model was asked'));
    const second = await open('kept', inner);
    assert.equal((await worked(second, true)).length, 7);
  });

  it('never keeps what an adapter acted on', async () => {
    const model = await open('adapted');
    const base = plain(await worked(model, false));
    const adapted = plain(await worked(model, false, true));
    assert.notDeepEqual(adapted, base);
    assert.deepEqual(plain(await worked(model, false)), base);
  });

  it('does not keep a text that was cancelled', async () => {
    const model = await open('cancelled', createStandInLanguageModel({ delayMs: 0.5 }));
    const prompt = model.tokenizer.encodeChat([{ role: 'user', content: 'Who is it?' }]);
    const scope = await model.openScope();
    const [cut] = await scope.generate([{ prompt, maxTokens: 20 }], AbortSignal.abort());
    assert.equal(cut?.finishReason, 'cancelled');
    const [whole] = await scope.generate([{ prompt, maxTokens: 20 }]);
    assert.notEqual(whole?.finishReason, 'cancelled');
  });

  it('tells of served passes as long as they took', async () => {
    let computed = 0;
    let served = 0;
    const slow = createStandInLanguageModel({ delayMs: 0.5 });
    const first = await open('times', slow, (ms) => (computed += ms));
    await worked(first, false);
    await first.close();
    const second = await open('times', createStandInLanguageModel(), (ms) => (served += ms));
    await worked(second, false);
    assert.ok(computed > 5, `${computed} ms`);
    // The sums run over the same numbers in the same order, but each call's parts are added up anew.
    assert.ok(Math.abs(served - computed) < 1e-6, `${served} ms served of ${computed} ms`);
  });
});
