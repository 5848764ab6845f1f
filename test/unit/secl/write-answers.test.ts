import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefused } from '../../../src/secl/plan-question.ts';
import type { PlannedQuestion, WrittenAnswer } from '../../../src/secl/work.ts';
import { lineBreakIds, writeAnswers } from '../../../src/secl/write-answers.ts';
import {
  ledgerOf,
  scriptedScope,
  tracesOf,
  type ScriptedScope,
} from '../../support/scripted-scope.ts';
import { choices, planned, scoringOptions, tokenizer } from '../../support/secl-fixture.ts';

const options = scoringOptions();
const LINE_BREAK = 10;

/** Results that are all answers. */
async function answersOf(
  scope: ScriptedScope,
  plans: readonly PlannedQuestion[],
): Promise<WrittenAnswer[]> {
  const results = await writeAnswers(scope, tokenizer, plans, options);
  return results.map((result) => (isRefused(result) ? assert.fail(result.reason) : result));
}

test('only line breaks that are one token end an answer', () => {
  // The stand-in spells two line breaks, and a carriage return with one, as two tokens.
  assert.deepEqual(lineBreakIds(tokenizer), [LINE_BREAK]);
});

test('asks greedily, by style, for the hidden state too', async () => {
  const plans = [
    planned(),
    planned({ style: 'choice', choices: choices('red', 'blue') }),
    planned({ style: 'reasoning' }),
  ];
  const scope = scriptedScope({ generate: () => ({ text: 'x', tokens: tracesOf([120]) }) });
  await writeAnswers(scope, tokenizer, plans, options);
  assert.deepEqual(scope.generated, [
    [
      { prompt: plans[0]?.promptIds, maxTokens: 8, stopTokenIds: [LINE_BREAK], hidden: true },
      { prompt: plans[1]?.promptIds, maxTokens: 4, stopTokenIds: [LINE_BREAK], hidden: true },
      { prompt: plans[2]?.promptIds, maxTokens: 40, stopTokenIds: [], hidden: true },
    ],
  ]);
  assert.deepEqual(scope.scored, []);
});

test('questions that bring their answer are scored; the order stays', async () => {
  const plans = [
    planned({ id: 'a' }),
    planned({ id: 'b', givenAnswer: { text: 'Lima', tokenLogProbabilities: null } }),
    planned({ id: 'c' }),
  ];
  const hidden = new Float32Array([1]);
  const scope = scriptedScope({
    generate: (_, at) => ({
      text: ` Oslo${at} `,
      tokens: tracesOf([1, 2]),
      hidden,
      ledger: ledgerOf(5),
    }),
    score: () => ({ tokens: tracesOf([9], -0.1, 0.3), ledger: ledgerOf(7) }),
  });
  const answers = await answersOf(scope, plans);
  assert.deepEqual(
    answers.map(({ question: { id }, text, extracted, finishReason, computed }) => [
      id,
      text,
      extracted,
      finishReason,
      computed.answer,
    ]),
    [
      ['a', 'Oslo0', 'Oslo0', 'stop', 5],
      ['b', 'Lima', 'Lima', 'given', 7],
      ['c', 'Oslo1', 'Oslo1', 'stop', 5],
    ],
  );
  assert.deepEqual(scope.scored, [
    [{ prompt: plans[1]?.promptIds, continuation: tokenizer.encode('Lima'), hidden: true }],
  ]);
  assert.equal(answers[0]?.hidden, hidden);
  assert.deepEqual(answers[1]?.tokens, tracesOf([9], -0.1, 0.3));
  assert.equal(answers[1].entropyNats, 0.3);
});

test('a cut answer says so, an empty one has neither entropy nor answer', async () => {
  const scope = scriptedScope({
    generate: (_, at) =>
      at === 0
        ? { text: 'Oslo and', tokens: tracesOf([1, 2]), finishReason: 'length' }
        : { text: '\n', tokens: [], finishReason: 'stop' },
  });
  const [cut, empty] = await answersOf(scope, [planned(), planned()]);
  assert.equal(cut?.finishReason, 'length');
  assert.deepEqual([empty?.text, empty?.extracted, empty?.entropyNats], ['', null, null]);
});

test('what an answer is, is found by its style; a choice that is none is not made up', async () => {
  const texts = ['B', 'the sky', '5 apples, so the answer is 5.', 'I do not know'];
  const list = choices('red', 'blue');
  const plans = [
    planned({ style: 'choice', choices: list }),
    planned({ style: 'choice', choices: list }),
    planned({ style: 'reasoning' }),
    planned({ style: 'reasoning' }),
  ];
  const scope = scriptedScope({
    generate: (_, at) => ({ text: texts[at] ?? '', tokens: tracesOf([1]) }),
  });
  const answers = await answersOf(scope, plans);
  assert.deepEqual(
    answers.map((answer) => answer.extracted),
    ['B', null, '5', null],
  );
});

test('an entropy that is no number is missing, not published', async () => {
  const scope = scriptedScope({
    score: () => ({ tokens: [...tracesOf([1]), ...tracesOf([2], NaN, NaN)] }),
  });
  const given = planned({ givenAnswer: { text: 'Lima', tokenLogProbabilities: null } });
  const [answer] = await answersOf(scope, [given]);
  assert.equal(answer?.entropyNats, null);
});

test('a text that failed is refused with its reason, in its place', async () => {
  const scope = scriptedScope({
    generate: (_, at) => (at === 0 ? { finishReason: 'failed', tokens: tracesOf([1]) } : {}),
    score: () => ({}),
  });
  const plans = [
    planned({ id: 'a' }),
    planned({ id: 'b', givenAnswer: { text: 'Lima', tokenLogProbabilities: null } }),
    planned({ id: 'c' }),
  ];
  const results = await writeAnswers(scope, tokenizer, plans, options);
  assert.deepEqual(
    results.map((result) => [result.question.id, isRefused(result) ? result.code : 'answered']),
    [
      ['a', 'MODEL_FAILED'],
      ['b', 'answered'],
      ['c', 'answered'],
    ],
  );
});

test('a cancelled text is no answer', async () => {
  const scope = scriptedScope({
    generate: (_, at) => ({ finishReason: at === 1 ? 'cancelled' : 'stop' }),
  });
  await assert.rejects(writeAnswers(scope, tokenizer, [planned(), planned()], options), {
    code: 'CANCELLED',
  });
});

test('nothing asked, nothing called', async () => {
  assert.deepEqual(await writeAnswers(scriptedScope(), tokenizer, [], options), []);
});
