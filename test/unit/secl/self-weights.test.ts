import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NextTokenRequest } from '../../../src/ports/language-model.ts';
import { trueFalseTokens } from '../../../src/secl/p-true.ts';
import { selfWeights } from '../../../src/secl/self-weights.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import { assertClose } from '../../support/assert-close.ts';
import { ledgerOf, scriptedScope, type ScriptedScope } from '../../support/scripted-scope.ts';
import { choices, scoringOptions, tokenizer, written } from '../../support/secl-fixture.ts';

const options = scoringOptions();
const tokens = trueFalseTokens(tokenizer);

function withRivals(answer: WrittenAnswer, ...texts: readonly string[]): WrittenAnswer {
  const unjudged = {
    firstLogProbability: -1,
    pTrue: 0.5,
    trueMass: 0.5,
    falseMass: 0.5,
    weight: 1,
  };
  return { ...answer, distractors: texts.map((text) => ({ ...unjudged, text })) };
}

/** The two answers of a prompt. */
function pairOf({ prompt }: NextTokenRequest): string {
  const match = /\n1: (.*)\n2: (.*)\nSame\?/.exec(tokenizer.decode(prompt));
  return `${match?.[1] ?? ''}/${match?.[2] ?? ''}`;
}

/** A model that finds pairs the same with these probabilities. */
function sameness(table: Readonly<Record<string, number>>): ScriptedScope {
  return scriptedScope({
    next: (request) => {
      const same = table[pairOf(request)] ?? assert.fail(`${pairOf(request)} is not scripted`);
      return {
        logProbabilities: request.tokens.map((id) =>
          id === tokens.trueIds[0]
            ? Math.log(same)
            : id === tokens.falseIds[0]
              ? Math.log(1 - same)
              : -Infinity,
        ),
        ledger: ledgerOf(5),
      };
    },
  });
}

test('weights by hand: contradiction over how often a rival is said', async () => {
  // c(Oslo) = 1 − (0.2 + 0.4)/2 = 0.7, c(Riga) = 1 − (0 + 0.2)/2 = 0.9; Oslo and Riga: (1 + 0.5)/2 = 0.75.
  // So 0.7/1.75 = 0.4 and 0.9/1.75.
  const scope = sameness({
    'Lima/Oslo': 0.2,
    'Oslo/Lima': 0.4,
    'Lima/Riga': 0,
    'Riga/Lima': 0.2,
    'Oslo/Riga': 1,
    'Riga/Oslo': 0.5,
  });
  const answer = withRivals(written('Lima'), 'Oslo', 'Riga');
  const [result] = await selfWeights(scope, tokenizer, [answer], tokens, options);
  assertClose(result?.distractors[0]?.weight, 0.4, 1e-12);
  assertClose(result.distractors[1]?.weight, 0.9 / 1.75, 1e-12);
  assert.deepEqual(result.computed, { answer: 3, confidence: 0, scoring: 30 }, 'K·(K+1) prompts');
});

test('a rival that says the answer itself does not count', async () => {
  const scope = sameness({ 'Lima/Oslo': 1, 'Oslo/Lima': 1 });
  const [result] = await selfWeights(
    scope,
    tokenizer,
    [withRivals(written('Lima'), 'Oslo')],
    tokens,
    options,
  );
  assertClose(result?.distractors[0]?.weight, 0, 1e-12);
});

test('choices are compared by what they say, not by their letters', async () => {
  const answer = withRivals(
    written('A', { style: 'choice', choices: choices('red', 'blue') }),
    'B',
  );
  const scope = sameness({ 'A. red/B. blue': 0, 'B. blue/A. red': 0 });
  const [result] = await selfWeights(scope, tokenizer, [answer], tokens, options);
  assertClose(result?.distractors[0]?.weight, 1, 1e-12);
});

test('a pair the model has no opinion on counts as different', async () => {
  const scope = sameness({ 'Lima/Oslo': NaN, 'Oslo/Lima': NaN });
  const answer = withRivals(written('Lima'), 'Oslo');
  const [result] = await selfWeights(scope, tokenizer, [answer], tokens, options);
  assert.equal(result?.distractors[0]?.weight, 1);
});

test('answers of a batch are not mixed up, and those without rivals cost nothing', async () => {
  const answers = [
    written('Lima'),
    withRivals(written('Oslo'), 'Riga'),
    withRivals(written('Bern'), 'Delhi'),
  ];
  const scope = sameness({ 'Oslo/Riga': 1, 'Riga/Oslo': 0, 'Bern/Delhi': 0, 'Delhi/Bern': 0 });
  const results = await selfWeights(scope, tokenizer, answers, tokens, options);
  assert.deepEqual(
    results.map((result) => result.distractors.map(({ weight }) => weight)),
    [[], [0.5], [1]],
  );
  assert.deepEqual(
    results.map((result) => result.computed.scoring),
    [0, 10, 10],
  );
  const none = scriptedScope();
  await selfWeights(none, tokenizer, [written('Lima')], tokens, options);
  assert.equal(none.asked.length, 0);
});
