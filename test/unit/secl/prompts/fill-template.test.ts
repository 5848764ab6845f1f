import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillTemplate } from '../../../../src/secl/prompts/fill-template.ts';

test('fills each gap once and reads no filling again', () => {
  assert.equal(
    fillTemplate('Q: {question} A: {answer}', { question: '{answer} $& $1', answer: 'x' }),
    'Q: {answer} $& $1 A: x',
  );
});

test('a gap that nothing fills is a broken precondition', () => {
  assert.throws(() => fillTemplate('{question}', {}), { code: 'PRECONDITION' });
});
