import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finalAnswerStart } from '../../../src/secl/final-answer-start.ts';
import { locateFinalAnswer } from '../../../src/secl/locate-final-answer.ts';
import { extractAnswer } from '../../../src/text/extract-answer.ts';
import { tokenizer } from '../../support/secl-fixture.ts';

/** `|` marks where the final answer begins; it is no part of the text. */
const MARKED = [
  'There are |12',
  'The answer is |12.',
  '3 * 4 = 12. The answer is |12.',
  'The answer is |5. To check: 5 is odd.',
  'The answer is |5 (of 25 apples).',
  '5 * 2 = 10, so the total is 10.\n#### |10',
  'The answer is $|1,200.50.',
  'It fell by 5. The answer is |-5.',
  'It fell by 5. The answer is |\u22125.',
  'The answer is |-$5.',
  'The answer is 2 + 3 = |5',
  'The answer is |1/2.',
  'The answer is |2 1/2.',
  'It is 5. The answer is |3 × 10^8.',
  'It is 5. The answer is |3 \\times 10^{-4}.',
  'It is 5. The answer is |1.5 × 10⁻².',
  'It is 5. The answer is |10^6.',
  'It is 1,00,000 in all. The answer is |1,00,000.',
  'The day after Sunday is Monday. The answer is |Monday.',
  'Mondays are long. The answer is |Monday',
  'So 7 - 2 is |5',
];
for (const marked of MARKED)
  test(JSON.stringify(marked), () => {
    const at = marked.indexOf('|');
    const text = marked.replace('|', '');
    const { extracted } = extractAnswer('reasoning', text, []);
    assert.ok(extracted !== null);
    assert.equal(locateFinalAnswer(text, extracted), at);
    // The token that holds its first character: a space before it may be part of it.
    const ids = tokenizer.encode(text);
    const start = finalAnswerStart(ids, extracted, tokenizer);
    assert.ok(start !== null);
    const before = tokenizer.decode(ids.slice(0, start)).length;
    const after = tokenizer.decode(ids.slice(0, start + 1)).length;
    assert.ok(before <= at && at < after, `${before} ≤ ${at} < ${after}`);
  });

test('an answer spelled otherwise is taken for the last number, none at all is nowhere', () => {
  const latex = String.raw`The answer is \frac{1}{2}`;
  assert.equal(locateFinalAnswer(latex, '1/2'), latex.length - 2);
  assert.equal(locateFinalAnswer('no numbers', '5'), null);
  assert.equal(locateFinalAnswer('no numbers', ''), null);
  assert.equal(finalAnswerStart([], '5', tokenizer), null);
});

test('a text of nothing but the answer is read in bounded time', () => {
  const text = '5 '.repeat(20_000);
  assert.ok(locateFinalAnswer(text, '5') !== null);
});

test('letters of several bytes before the answer do not shift it', () => {
  const text = 'Größe 😀 é: the answer is 42';
  const ids = tokenizer.encode(text);
  const start = finalAnswerStart(ids, '42', tokenizer) ?? 0;
  assert.equal(tokenizer.decode(ids.slice(start)), '42');
});
