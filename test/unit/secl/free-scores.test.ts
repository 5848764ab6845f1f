import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeScores } from '../../../src/secl/free-scores.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import { assertClose } from '../../support/assert-close.ts';
import { tracesOf } from '../../support/scripted-scope.ts';
import { ORIGIN, scoreNamed, written } from '../../support/secl-fixture.ts';

const withScores = (answer: WrittenAnswer): WrittenAnswer => ({
  ...answer,
  scores: freeScores(answer, ORIGIN),
});

test('read off the answer’s own tokens, by hand', () => {
  const tokens = [...tracesOf([1], Math.log(0.5), 0.2), ...tracesOf([2], Math.log(0.8), 0.4)];
  const answer = withScores(written('x', {}, { tokens }));
  const probability = scoreNamed(answer, 'answerProbability');
  assertClose(probability.value, 0.4, 1e-12);
  // exp(−(0.2 + 0.4)/2)
  const certainty = scoreNamed(answer, 'tokenCertainty');
  assertClose(certainty.value, Math.exp(-0.3), 1e-12);
  for (const score of [probability, certainty])
    assert.deepEqual(
      [score.status, score.normalization, score.promptHash, score.mass, score.model],
      ['present', 'none', null, null, 'scripted'],
    );
});

test('what the writer of an answer reported counts for its probability, and both say so', () => {
  const givenAnswer = { text: 'x', tokenLogProbabilities: [-0.25, -0.5] };
  const answer = withScores(written('x', { givenAnswer }));
  const probability = scoreNamed(answer, 'answerProbability');
  assertClose(probability.value, Math.exp(-0.75), 1e-12);
  assert.equal(probability.normalization, 'reported-by-writer');
  const certainty = scoreNamed(answer, 'tokenCertainty');
  assertClose(certainty.value, Math.exp(-0.7), 1e-12);
  assert.equal(certainty.normalization, 'entropies-of-this-model');
});

test('an answer without tokens, or with numbers that are none, has no free score', () => {
  const cases = [[], tracesOf([1], NaN, NaN), tracesOf([1], -1, Infinity)];
  for (const [i, tokens] of cases.entries()) {
    const answer = withScores(written('x', {}, { tokens }));
    const certainty = scoreNamed(answer, 'tokenCertainty');
    assert.deepEqual([certainty.value, certainty.status], [null, 'missing']);
    assert.equal(scoreNamed(answer, 'answerProbability').value === null, i < 2);
  }
  const reported = { text: 'x', tokenLogProbabilities: [] };
  const answer = withScores(written('x', { givenAnswer: reported }));
  assert.equal(scoreNamed(answer, 'answerProbability').status, 'missing');
});

test('a log probability that rounding lifted above 0 is 0', () => {
  const answer = withScores(written('x', {}, { tokens: tracesOf([1], 3e-6, 0) }));
  assert.equal(scoreNamed(answer, 'answerProbability').value, 1);
});
