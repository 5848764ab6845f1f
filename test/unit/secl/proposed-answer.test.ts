import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOf, proposedAnswer } from '../../../src/secl/proposed-answer.ts';
import { choices, question } from '../../support/secl-fixture.ts';

test('a label stands with its text, anything else for itself', () => {
  const asked = question({ style: 'choice', choices: choices('red', 'blue') });
  assert.equal(proposedAnswer(asked, 'B'), 'B. blue');
  assert.equal(proposedAnswer(asked, 'b'), 'b', 'labels are told apart by case');
  assert.equal(proposedAnswer(asked, 'no idea'), 'no idea');
});

test('choices count for questions that are answered by one', () => {
  const asked = question({ choices: choices('red', 'blue') });
  assert.deepEqual(choicesOf(asked), []);
  assert.equal(proposedAnswer(asked, 'B'), 'B');
});
