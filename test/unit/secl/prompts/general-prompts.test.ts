import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GENERAL_PROMPTS } from '../../../../src/secl/prompts/general-prompts.ts';

const { answer, confidence, confidenceWithEvidence, pTrue, sameMeaning } = GENERAL_PROMPTS;
const GAPS = [
  [answer.short, ['question']],
  [answer.choice, ['question', 'choices']],
  [answer.reasoning, ['question']],
  [confidence, []],
  [confidenceWithEvidence, ['evidence']],
  [pTrue, ['question', 'reasoning', 'answer']],
  [sameMeaning, ['question', 'first', 'second']],
] as const;

for (const [template, gaps] of GAPS)
  test(`${template.name} has the gaps that are filled, in the order that shares most`, () => {
    const found = [...template.user.matchAll(/\{([a-z]+)\}/g)].map((match) => match[1]);
    assert.deepEqual(found, gaps);
    assert.doesNotMatch(template.system ?? '', /\{[a-z]+\}/, 'a system message is never filled');
    assert.ok(Number.isInteger(template.version) && template.version >= 1);
  });

test('templates are told apart by name', () => {
  assert.equal(new Set(GAPS.map(([template]) => template.name)).size, GAPS.length);
});
