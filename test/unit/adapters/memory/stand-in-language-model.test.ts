import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createStandInLanguageModel,
  STAND_IN_LORA_SITES,
} from '../../../../src/adapters/memory/stand-in-language-model.ts';
import { languageModelContract } from '../../../contract/language-model.ts';

languageModelContract('stand-in', {
  open: () => Promise.resolve(createStandInLanguageModel()),
  openSlow: () => Promise.resolve(createStandInLanguageModel({ delayMs: 0.5 })),
  tolerance: 0,
  nearTies: false,
  adapter: (version, zero) => ({
    version,
    rank: 2,
    scaling: 2,
    sites: STAND_IN_LORA_SITES.map(({ layer, projection, inputSize, outputSize }) => ({
      layer,
      projection,
      a: new Float32Array(2 * inputSize).fill(0.5),
      b: new Float32Array(outputSize * 2).fill(zero ? 0 : 0.5),
    })),
  }),
});

describe('the stand-in', () => {
  const { tokenizer } = createStandInLanguageModel();
  const ask = async (system: string, question: string, seed = 0): Promise<string> => {
    const model = createStandInLanguageModel({ seed });
    const messages = [
      { role: 'system' as const, content: system },
      { role: 'user' as const, content: question },
    ];
    const scope = await model.openScope();
    const [row] = await scope.generate([{ prompt: tokenizer.encodeChat(messages), maxTokens: 30 }]);
    await model.close();
    assert.equal(row?.finishReason, 'stop');
    return row.text;
  };

  it('answers shortly, and differently to different questions', async () => {
    const texts = new Set<string>();
    for (let i = 0; i < 20; i++) texts.add(await ask('Answer.', `What is number ${i}?`));
    assert.ok(texts.size >= 15, [...texts].join());
    for (const text of texts) assert.match(text, /^[A-Za-z]+( [A-Za-z]+){0,4}$/);
  });

  it('is another model with another seed', async () => {
    assert.notEqual(
      await ask('Answer.', 'Who wrote it?'),
      await ask('Answer.', 'Who wrote it?', 1),
    );
  });

  it('gives what it is asked for: a digit, a truth value, a letter, a conclusion', async () => {
    for (let i = 0; i < 10; i++) {
      assert.match(await ask('Reply with one digit.', `Sure ${i}?`), /^\d/);
      assert.match(await ask('Say True or False.', `Is it ${i}?`), /^ ?(true|false)/i);
      assert.match(await ask('Answer with the letter alone.', `Which ${i}?`), /^[A-E]/);
      assert.match(await ask('Solve it step by step.', `${i} apples?`), /The answer is \d$/);
    }
  });
});
