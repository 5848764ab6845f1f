import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Distractor } from '../../../src/events/answer.ts';
import type { NextTokenRequest } from '../../../src/ports/language-model.ts';
import { judgeAnswers } from '../../../src/secl/judge-answers.ts';
import { trueFalseTokens } from '../../../src/secl/p-true.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import { assertClose } from '../../support/assert-close.ts';
import { ledgerOf, scriptedScope, type ScriptedScope } from '../../support/scripted-scope.ts';
import {
  choices,
  ORIGIN,
  scoreNamed,
  scoringOptions,
  tokenizer,
  written,
} from '../../support/secl-fixture.ts';

const options = scoringOptions({ scores: ['pTrue', 'normalizedPTrue'] });
const tokens = trueFalseTokens(tokenizer);

const rival = (text: string, weight = 1): Distractor => ({
  text,
  firstLogProbability: -1,
  pTrue: null,
  trueMass: null,
  falseMass: null,
  weight,
});

const withRivals = (answer: WrittenAnswer, ...texts: readonly string[]): WrittenAnswer => ({
  ...answer,
  distractors: texts.map((text) => rival(text)),
});

/** The user's message of a judging prompt, as the model reads it. */
function judged(request: NextTokenRequest | undefined): string {
  const text = tokenizer.decode(request?.prompt ?? []);
  return text.slice(text.indexOf('Q: '), text.indexOf('\nTrue or False?'));
}

/** A judge by a table: proposed answer → masses on True and on False. */
function judge(table: Readonly<Record<string, readonly [number, number]>>): ScriptedScope {
  return scriptedScope({
    next: (request) => {
      const proposed = judged(request).split('\nA: ').at(-1) ?? '';
      const [forTrue, forFalse] = table[proposed] ?? assert.fail(`"${proposed}" is not scripted`);
      // Two spellings of True share its mass; every other spelling has none.
      const logProbabilities = request.tokens.map((id) => {
        if (id === tokens.trueIds[0] || id === tokens.trueIds[1]) return Math.log(forTrue / 2);
        return id === tokens.falseIds[0] ? Math.log(forFalse) : -Infinity;
      });
      return { logProbabilities, ledger: ledgerOf(4) };
    },
  });
}

test('P(True) and NormPTrue by hand', async () => {
  // P(True): 0.6/0.8 = 0.75; rivals 0.3/0.6 = 0.5 and 0.1/0.4 = 0.25. Total 1.5: 0.75/1.5 = 0.5.
  const scope = judge({ Lima: [0.6, 0.2], Oslo: [0.3, 0.3], Riga: [0.1, 0.3] });
  const answer = withRivals(written('Lima'), 'Oslo', 'Riga');
  const [result] = await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  const plain = scoreNamed(result, 'pTrue');
  assertClose(plain.value, 0.75, 1e-12);
  assertClose(plain.mass, 0.8, 1e-12);
  assertClose(plain.components['trueMass'], 0.6, 1e-12);
  assertClose(plain.components['falseMass'], 0.2, 1e-12);
  assertClose(plain.components['outsideMass'], 0.2, 1e-12);
  assert.deepEqual(
    [plain.status, plain.normalization, plain.promptHash, plain.model, plain.adapterVersion],
    ['present', 'true-false', 'hash-of-p-true', 'scripted', 0],
  );
  const normalized = scoreNamed(result, 'normalizedPTrue');
  assertClose(normalized.value, 0.5, 1e-12);
  assertClose(normalized.components['total'], 1.5, 1e-12);
  assert.equal(normalized.components['distractors'], 2);
  assert.equal(normalized.normalization, 'total-above-one');
  const [oslo, riga] = result?.distractors ?? [];
  assertClose(oslo?.pTrue, 0.5, 1e-12);
  assertClose(oslo.trueMass, 0.3, 1e-12);
  assertClose(oslo.falseMass, 0.3, 1e-12);
  assertClose(riga?.pTrue, 0.25, 1e-12);
  assert.deepEqual(result?.computed, { answer: 3, confidence: 0, scoring: 12 });
});

test('a total below one is left alone, or divided by where the topology says so', async () => {
  const table = { Lima: [0.4, 0.6], Oslo: [0.2, 0.8] } as const;
  const answer = withRivals(written('Lima'), 'Oslo');
  for (const [normalization, expected] of [
    ['total-above-one', 0.4],
    ['total', 0.4 / 0.6],
  ] as const) {
    const changed = { ...options, normalization };
    const [result] = await judgeAnswers(judge(table), tokenizer, [answer], changed, ORIGIN);
    const score = scoreNamed(result, 'normalizedPTrue');
    assertClose(score.value, expected, 1e-12);
    assert.equal(score.normalization, normalization);
  }
});

test('a model that says neither True nor False is ambiguous, and still has its number', async () => {
  const [result] = await judgeAnswers(
    judge({ Lima: [0.2, 0.1] }),
    tokenizer,
    [written('Lima')],
    options,
    ORIGIN,
  );
  for (const name of ['pTrue', 'normalizedPTrue'] as const) {
    const score = scoreNamed(result, name);
    assert.equal(score.status, 'ambiguous');
    assertClose(score.value, 2 / 3, 1e-12);
    assertClose(score.mass, 0.3, 1e-12);
  }
});

test('without rivals NormPTrue is P(True); divided by itself it would always be 1, so it is missing', async () => {
  const answer = written('Lima');
  const scope = (): ScriptedScope => judge({ Lima: [0.3, 0.7] });
  const [kept] = await judgeAnswers(scope(), tokenizer, [answer], options, ORIGIN);
  assertClose(scoreNamed(kept, 'normalizedPTrue').value, 0.3, 1e-12);
  assert.equal(scoreNamed(kept, 'normalizedPTrue').components['distractors'], 0);
  const total = { ...options, normalization: 'total' as const };
  const [alone] = await judgeAnswers(scope(), tokenizer, [answer], total, ORIGIN);
  const score = scoreNamed(alone, 'normalizedPTrue');
  assert.deepEqual([score.value, score.status], [null, 'missing']);
  assert.match(score.reason ?? '', /no distractor/);
  assertClose(scoreNamed(alone, 'pTrue').value, 0.3, 1e-12);
});

test('a rival whose P(True) is missing makes NormPTrue missing, rather than count as false', async () => {
  const scope = judge({ Lima: [0.6, 0.4], Oslo: [NaN, NaN], Riga: [0.5, 0.5] });
  const answer = withRivals(written('Lima'), 'Oslo', 'Riga');
  const [result] = await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  assertClose(scoreNamed(result, 'pTrue').value, 0.6, 1e-12);
  const score = scoreNamed(result, 'normalizedPTrue');
  assert.deepEqual([score.value, score.status], [null, 'missing']);
  assert.match(score.reason ?? '', /of a distractor is missing/);
  assert.deepEqual(
    result?.distractors.map((d) => d.pTrue),
    [null, 0.5],
  );
});

test('an answer that cannot be judged has no score and says why', async () => {
  for (const masses of [
    [0, 0],
    [NaN, 0.5],
  ] as const) {
    const [result] = await judgeAnswers(
      judge({ Lima: masses }),
      tokenizer,
      [written('Lima')],
      options,
      ORIGIN,
    );
    for (const name of ['pTrue', 'normalizedPTrue'] as const) {
      const score = scoreNamed(result, name);
      assert.deepEqual([score.value, score.status, score.components], [null, 'missing', {}]);
      assert.match(score.reason ?? '', /neither True nor False/);
      assert.equal(score.promptHash, 'hash-of-p-true');
    }
  }
});

test('there is nothing to judge in an empty or blank answer', async () => {
  const scope = scriptedScope();
  const blank = written('x', {}, { text: ' \n', extracted: null, finishReason: 'given' });
  const answers = [written('', {}), blank];
  const results = await judgeAnswers(scope, tokenizer, answers, options, ORIGIN);
  assert.equal(scope.asked.length, 0);
  for (const result of results) {
    assert.match(scoreNamed(result, 'pTrue').reason ?? '', /no answer/);
    assert.equal(scoreNamed(result, 'normalizedPTrue').status, 'missing');
    assert.equal(result.computed.scoring, 0);
  }
});

test('a choice is judged with its text, among the choices', async () => {
  const answer = withRivals(
    written('B', { style: 'choice', choices: choices('red', 'blue') }),
    'A',
  );
  const scope = judge({ 'B. blue': [0.5, 0.5], 'A. red': [0.5, 0.5] });
  await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  assert.deepEqual(scope.asked[0]?.map(judged), [
    'Q: What is it?\nA. red\nB. blue\nA: B. blue',
    'Q: What is it?\nA. red\nB. blue\nA: A. red',
  ]);
});

test('choices of a question that is not answered by one are left out, as in its own prompt', async () => {
  const answer = written('A', { choices: choices('red', 'blue') });
  const scope = judge({ A: [0.5, 0.5] });
  await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  assert.deepEqual(scope.asked[0]?.map(judged), ['Q: What is it?\nA: A']);
});

test('rivals of a reasoning share it up to where it says the answer, however it is spelled', async () => {
  // "1,200" is extracted as 1200; with the rest of the text in the prompt, the rival would be contradicted there.
  const text = 'There are 300 boxes, 4 in each: 1,200. The answer is 1,200.';
  const answer = withRivals(written(text, { style: 'reasoning' }), '1300');
  assert.equal(answer.extracted, '1200');
  const scope = judge({ '1200': [0.5, 0.5], '1300': [0.5, 0.5] });
  await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  const reasoning = 'There are 300 boxes, 4 in each: 1,200. The answer is';
  assert.deepEqual(
    scope.asked[0]?.map(judged),
    ['1200', '1300'].map((a) => `Q: What is it?\nReasoning: ${reasoning}\nA: ${a}`),
  );
});

test('a reasoning without a final answer is judged whole, once', async () => {
  const text = 'Let us see what we have';
  const answer = written(text, { style: 'reasoning' }, { finishReason: 'length' });
  const scope = judge({ [text]: [0.2, 0.8] });
  const [result] = await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  assert.deepEqual(scope.asked[0]?.map(judged), [`Q: What is it?\nA: ${text}`]);
  assertClose(scoreNamed(result, 'pTrue').value, 0.2, 1e-12);
});

test('a question that spells the prompt’s own gaps cannot change it', async () => {
  const answer = written('Lima', { text: 'Is {answer} $1 {reasoning}?' });
  const scope = judge({ Lima: [0.5, 0.5] });
  await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  assert.deepEqual(scope.asked[0]?.map(judged), ['Q: Is {answer} $1 {reasoning}?\nA: Lima']);
});

test('prompts of one question agree up to the proposed answer', async () => {
  const scope = judge({ Lima: [0.5, 0.5], Oslo: [0.5, 0.5] });
  const answer = withRivals(written('Lima'), 'Oslo');
  await judgeAnswers(scope, tokenizer, [answer], options, ORIGIN);
  const [first, second] = (scope.asked[0] ?? []).map(({ prompt }) => prompt);
  const differ = first?.findIndex((id, i) => id !== second?.[i]) ?? 0;
  assert.ok(tokenizer.decode(first?.slice(0, differ) ?? []).endsWith('\nA:'));
});

test('an overlong prompt costs its own score alone; a batch’s results are not mixed up', async () => {
  const long = written('Oslo', { text: `${'what is it '.repeat(30)}?` });
  const fine = withRivals(written('Lima'), 'Riga');
  const scope = judge({ Oslo: [0.9, 0.1], Lima: [0.3, 0.7], Riga: [0.1, 0.9] });
  const small = { ...options, contextLength: 80 };
  const [first, second] = await judgeAnswers(scope, tokenizer, [long, fine], small, ORIGIN);
  assert.match(scoreNamed(first, 'pTrue').reason ?? '', /tokens, the model holds 80/);
  assert.equal(scoreNamed(first, 'normalizedPTrue').value, null);
  assertClose(scoreNamed(second, 'pTrue').value, 0.3, 1e-12);
  assertClose(second?.distractors[0]?.pTrue, 0.1, 1e-12);
});

test('only the scores that are asked for are added', async () => {
  for (const names of [['pTrue'], ['normalizedPTrue'], []] as const) {
    const changed = { ...options, scores: names };
    const scope = judge({ Lima: [0.5, 0.5] });
    const [result] = await judgeAnswers(scope, tokenizer, [written('Lima')], changed, ORIGIN);
    assert.deepEqual(
      result?.scores.map((score) => score.name),
      names,
    );
  }
});

test('weights of the same model’s judgement enter NormPTrue', async () => {
  // P(True) 0.8 and 0.8; the model finds the two the same with 0.5 in both orders, so weight 0.5: 0.8/1.2.
  const judgement = (id: number): number =>
    id === tokens.trueIds[0]
      ? Math.log(0.8)
      : id === tokens.falseIds[0]
        ? Math.log(0.2)
        : -Infinity;
  const scope = scriptedScope({
    next: ({ prompt, tokens: wanted }) => ({
      logProbabilities: tokenizer.decode(prompt).includes('Same?')
        ? wanted.map(() => Math.log(1 / wanted.length))
        : wanted.map(judgement),
    }),
  });
  const changed = { ...options, normalization: 'dinco-self' as const };
  const answer = withRivals(written('Lima'), 'Oslo');
  const [result] = await judgeAnswers(scope, tokenizer, [answer], changed, ORIGIN);
  assertClose(result?.distractors[0]?.weight, 0.5, 1e-12);
  assertClose(scoreNamed(result, 'normalizedPTrue').value, 0.8 / 1.2, 1e-12);
  assertClose(scoreNamed(result, 'normalizedPTrue').components['total'], 1.2, 1e-12);
});
