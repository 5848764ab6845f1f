import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerateRequest, TokenCandidate } from '../../../src/ports/language-model.ts';
import { proposeDistractors } from '../../../src/secl/propose-distractors.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import {
  ledgerOf,
  scriptedScope,
  tracesOf,
  type ScriptedScope,
} from '../../support/scripted-scope.ts';
import { choices, scoringOptions, tokenizer, written } from '../../support/secl-fixture.ts';

const options = scoringOptions({ distractors: 2 });

/** The one token that spells a text. */
function tokenOf(text: string): number {
  const [id, ...more] = tokenizer.encode(text);
  assert.ok(id !== undefined && more.length === 0, `${text} is no single token`);
  return id;
}

/** Candidates from the most to the least probable. */
const ranked = (...ids: readonly number[]): TokenCandidate[] =>
  ids.map((id, i) => ({ id, logProbability: -1 - i }));

/** Completes a first token with a text by a table; nothing where the table is silent. */
const completing =
  (table: Readonly<Record<string, string>> = {}) =>
  ({ prompt }: GenerateRequest): { text: string; tokens: ReturnType<typeof tracesOf> } => {
    const text = table[tokenizer.decode(prompt.slice(-1))] ?? '';
    return { text, tokens: tracesOf(tokenizer.encode(text)) };
  };

const textsOf = (answer: WrittenAnswer | undefined): (readonly [string, number])[] =>
  answer?.distractors.map((d) => [d.text, d.firstLogProbability] as const) ?? [];

test('of a short answer: the next-best first tokens, completed, without restatements', async () => {
  const answer = written('Paris');
  const special = tokenizer.specialTokenId('<|im_start|>') as number;
  const end = tokenizer.specialTokenId('<|im_end|>') as number;
  const lineBreak = 10;
  const scope = scriptedScope({
    next: () => ({
      candidates: ranked(
        tokenOf('Paris'), // the answer's own
        special, // an answer does not begin with a special token
        end,
        lineBreak,
        tokenOf(' Paris'), // restates the answer
        tokenOf('Oslo'),
        tokenOf(' Oslo'), // restates the one before
        tokenOf('Lima'),
        tokenOf('Riga'), // one more than wanted
      ),
      ledger: ledgerOf(2),
    }),
    generate: (request) => ({ ...completing({ Lima: ' in Peru' })(request), ledger: ledgerOf(3) }),
  });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], options);
  assert.deepEqual(textsOf(result), [
    ['Oslo', -6],
    ['Lima in Peru', -8],
  ]);
  assert.deepEqual(result?.distractors[0], {
    text: 'Oslo',
    firstLogProbability: -6,
    pTrue: null,
    trueMass: null,
    falseMass: null,
    weight: 1,
  });
  assert.deepEqual(scope.asked, [[{ prompt: answer.promptIds, tokens: [], candidates: 6 }]]);
  const completions = scope.generated[0] ?? [];
  assert.deepEqual(
    completions.map(({ prompt }) => prompt.slice(answer.promptIds.length)),
    [' Paris', 'Oslo', ' Oslo', 'Lima', 'Riga'].map((text) => [tokenOf(text)]),
  );
  for (const { prompt, maxTokens, stopTokenIds } of completions) {
    assert.deepEqual(prompt.slice(0, -1), answer.promptIds);
    assert.deepEqual([maxTokens, stopTokenIds], [6, [lineBreak]]);
  }
  // The first step and five completions, three of them in vain.
  assert.deepEqual(result.computed, { answer: 3, confidence: 0, scoring: 2 + 5 * 3 });
});

test('a text that holds no answer is no rival', async () => {
  const scope = scriptedScope({
    next: () => ({ candidates: ranked(tokenOf('.'), tokenOf('?'), tokenOf('Oslo')) }),
    generate: completing(),
  });
  const [result] = await proposeDistractors(scope, tokenizer, [written('Paris')], options);
  assert.deepEqual(textsOf(result), [['Oslo', -3]]);
});

test('too few rivals are few, not made up', async () => {
  const scope = scriptedScope({ next: () => ({ candidates: ranked(tokenOf('Paris')) }) });
  const [result] = await proposeDistractors(scope, tokenizer, [written('Paris')], options);
  assert.deepEqual(result?.distractors, []);
  assert.equal(scope.generated.length, 0);
});

/** A scope that gives labels these probabilities; the bare and the spaced spelling apart. */
function labelScope(probabilities: Readonly<Record<string, number>>): ScriptedScope {
  return scriptedScope({
    next: ({ tokens }) => ({
      logProbabilities: tokens.map((id) => Math.log(probabilities[tokenizer.decode([id])] ?? 0)),
    }),
  });
}

test('of a choice: the other labels, most probable first, from their own probabilities', async () => {
  const list = choices('red', 'blue', 'green', 'tin');
  const answer = written('B', { style: 'choice', choices: list });
  const scope = labelScope({ A: 0.01, B: 0.6, C: 0.3, D: 0.05 });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], options);
  assert.deepEqual(textsOf(result), [
    ['C', Math.log(0.3)],
    ['D', Math.log(0.05)],
  ]);
  assert.equal(scope.generated.length, 0, 'choices need no completion');
  assert.equal(scope.asked[0]?.[0]?.candidates, undefined);
});

test('a label counts with its more probable spelling', async () => {
  const words = [
    { label: 'Paris', text: 'one' },
    { label: 'Lima', text: 'two' },
    { label: 'Oslo', text: 'three' },
  ];
  const answer = written('Paris', { style: 'choice', choices: words });
  const scope = labelScope({ Lima: 0.2, ' Lima': 0.01, Oslo: 0.02, ' Oslo': 0.3 });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], options);
  assert.deepEqual(textsOf(result), [
    ['Oslo', Math.log(0.3)],
    ['Lima', Math.log(0.2)],
  ]);
});

test('labels of several tokens rank by their first, ties in the order of the choices', async () => {
  const list = ['10', '11', '20', '30'].map((label) => ({ label, text: `text ${label}` }));
  const answer = written('10', { style: 'choice', choices: list });
  const scope = labelScope({ '1': 0.2, '2': 0.5, '3': 0.1 });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], {
    ...options,
    distractors: 3,
  });
  assert.deepEqual(
    textsOf(result).map(([text]) => text),
    ['20', '11', '30'],
  );
});

test('labels that differ in case alone are different labels', async () => {
  const list = [
    { label: 'A', text: 'red' },
    { label: 'a', text: 'blue' },
    { label: 'B', text: 'green' },
  ];
  const answer = written('a', { style: 'choice', choices: list });
  assert.equal(answer.extracted, 'a');
  const [result] = await proposeDistractors(
    labelScope({ A: 0.1, a: 0.5, B: 0.4 }),
    tokenizer,
    [answer],
    options,
  );
  assert.deepEqual(
    textsOf(result).map(([text]) => text),
    ['B', 'A'],
  );
});

test('a choice with the answer’s own text is no rival, nor the same text twice', async () => {
  // "mall" and "shopping mall" are different choices, whatever a restatement of a free answer would be.
  const list = choices('mall', 'The Mall', 'shopping mall', 'park', 'park.', '<', '>');
  const answer = written('A', { style: 'choice', choices: list });
  const scope = labelScope({ A: 0.3, B: 0.2, C: 0.1, D: 0.05, E: 0.06, F: 0.02, G: 0.01 });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], {
    ...options,
    distractors: 9,
  });
  assert.deepEqual(
    textsOf(result).map(([text]) => text),
    ['C', 'E', 'F', 'G'],
  );
});

test('where no choice was found, every choice is a rival; a NaN ranks last', async () => {
  const answer = written('no idea', { style: 'choice', choices: choices('red', 'blue', 'green') });
  assert.equal(answer.extracted, null);
  const scope = labelScope({ A: NaN, B: 0.1, C: 0.4 });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], {
    ...options,
    distractors: 3,
  });
  assert.deepEqual(
    textsOf(result).map(([text]) => text),
    ['C', 'B', 'A'],
  );
});

test('of a reasoning: other final answers after the same reasoning', async () => {
  const text = '2 + 2 = 4. The answer is 4';
  const answer = written(text, { style: 'reasoning' });
  const ids = answer.tokens.map((token) => token.id);
  const scope = scriptedScope({
    next: () => ({ candidates: ranked(...[...'4567'].map(tokenOf)) }),
    generate: completing({ '5': '0' }),
  });
  const [result] = await proposeDistractors(scope, tokenizer, [answer], options);
  assert.deepEqual(textsOf(result), [
    ['50', -2],
    ['6', -3],
  ]);
  assert.deepEqual(scope.asked[0]?.[0]?.prompt, [...answer.promptIds, ...ids.slice(0, -1)]);
  assert.deepEqual(
    scope.generated[0]?.map(({ prompt }) =>
      tokenizer.decode(prompt.slice(answer.promptIds.length)),
    ),
    ['5', '6', '7'].map((digit) => `2 + 2 = 4. The answer is ${digit}`),
  );
});

test('a reasoning without a final answer has no rivals: its first words are none', async () => {
  const answer = written('Let us see what we have', { style: 'reasoning' });
  assert.equal(answer.extracted, null);
  const [result] = await proposeDistractors(scriptedScope(), tokenizer, [answer], options);
  assert.deepEqual(result?.distractors, []);
});

test('answers without tokens, or with no rivals wanted, cost nothing', async () => {
  const empty = written('', {});
  assert.deepEqual(await proposeDistractors(scriptedScope(), tokenizer, [empty], options), [empty]);
  const none = { ...options, distractors: 0 };
  const answer = written('Paris');
  assert.deepEqual(await proposeDistractors(scriptedScope(), tokenizer, [answer], none), [answer]);
});

test('an answer that cannot branch for length leaves the rest of its batch alone', async () => {
  const long = written(`${'I think that '.repeat(30)}the answer is 4`, { style: 'reasoning' });
  const scope = scriptedScope({
    next: () => ({ candidates: ranked(tokenOf('Oslo')) }),
    generate: completing(),
  });
  const small = { ...options, contextLength: 80 };
  const [first, second] = await proposeDistractors(
    scope,
    tokenizer,
    [long, written('Paris')],
    small,
  );
  assert.deepEqual(first?.distractors, []);
  assert.equal(second?.distractors.length, 1);
  // A prompt that just fits has no place for a rival's first token.
  const answer = written('Paris');
  const full = { ...options, contextLength: answer.promptIds.length };
  const [third] = await proposeDistractors(scope, tokenizer, [answer], full);
  assert.deepEqual(third?.distractors, []);
  assert.equal(scope.generated.length, 1);
});

test('a cancelled completion is no rival', async () => {
  const scope = scriptedScope({
    next: () => ({ candidates: ranked(tokenOf('Oslo')) }),
    generate: () => ({ finishReason: 'cancelled' }),
  });
  await assert.rejects(proposeDistractors(scope, tokenizer, [written('Paris')], options), {
    code: 'CANCELLED',
  });
});
