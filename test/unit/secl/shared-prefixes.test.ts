import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conversation } from '../../../src/secl/plan-question.ts';
import { GENERAL_PROMPTS } from '../../../src/secl/prompts/general-prompts.ts';
import { sharedPrefixes } from '../../../src/secl/shared-prefixes.ts';
import { PROMPTS, tokenizer } from '../../support/secl-fixture.ts';

test('each template’s beginning up to its first gap, once', () => {
  const texts = sharedPrefixes(PROMPTS, tokenizer).map((ids) => tokenizer.decode(ids));
  const head = (system: string): string => `system\n${system}\nuser\n`;
  assert.deepEqual(texts, [
    head('Say it.'),
    head('Pick it.'),
    head('Solve it.'),
    `${head('Judge.')}Q:`,
  ]);
  const { short } = PROMPTS.answer;
  const alike = { ...PROMPTS, answer: { short, choice: short, reasoning: short } };
  assert.equal(sharedPrefixes(alike, tokenizer).length, 2);
});

test('every question’s prompts begin with one of them, whatever the question', () => {
  for (const prompts of [PROMPTS, GENERAL_PROMPTS]) {
    const prefixes = sharedPrefixes(prompts, tokenizer);
    const templates = [...Object.values(prompts.answer), prompts.pTrue];
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 12 }), (text) => {
        const gaps = { question: text, choices: text, reasoning: '', answer: text };
        for (const template of templates) {
          const prompt = tokenizer.encodeChat(conversation(template, gaps));
          const served = prefixes.filter((ids) => ids.every((id, i) => id === prompt[i]));
          assert.ok(served.length > 0, template.name);
        }
      }),
    );
  }
});

test('a prompt without a gap is not shared: nothing tells where it may end', () => {
  const fixed = { name: 'fixed', version: 1, system: null, user: 'Well?' };
  const answer = { short: fixed, choice: fixed, reasoning: fixed };
  assert.deepEqual(sharedPrefixes({ ...PROMPTS, answer, pTrue: fixed }, tokenizer), []);
});
