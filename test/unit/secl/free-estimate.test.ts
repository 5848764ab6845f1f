import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AnswerStyle } from '../../../src/events/question.ts';
import type { ScoreName } from '../../../src/events/score.ts';
import { freeEstimate } from '../../../src/secl/free-estimate.ts';
import { missingScore, presentScore } from '../../../src/secl/score-of.ts';
import { trainingTarget } from '../../../src/secl/training-target.ts';
import { EMPTY_PROBE } from '../../../src/secl/truth-probe.ts';
import { assertClose } from '../../support/assert-close.ts';
import { ORIGIN, question } from '../../support/secl-fixture.ts';

const present = (name: ScoreName, value: number) =>
  presentScore(name, value, ORIGIN, { normalization: 'none' });

function answered(probability: number, certainty: number, style: AnswerStyle) {
  return {
    question: { ...question(), style },
    scores: [present('answerProbability', probability), present('tokenCertainty', certainty)],
  };
}

test('joins both free scores', () => {
  // noisy-or 1 − 0.5 · 0.8 = 0.6, mean 0.35: √(0.6 · 0.35) = √0.21
  assertClose(freeEstimate(answered(0.5, 0.2, 'short')), Math.sqrt(0.21), 1e-15);
  assertClose(freeEstimate(answered(0.5, 0.2, 'reasoning')), Math.sqrt(0.21), 1e-15);
});

test('of a choice it is the probability of its label', () => {
  assertClose(freeEstimate(answered(0.5, 0.2, 'choice')), 0.5, 1e-15);
});

test('there is none where a score is missing', () => {
  const { question: asked, scores } = answered(0.5, 0.2, 'short');
  assert.equal(freeEstimate({ question: asked, scores: scores.slice(0, 1) }), null);
  assert.equal(
    freeEstimate({
      question: asked,
      scores: [missingScore('answerProbability', 'no tokens', ORIGIN), ...scores.slice(1)],
    }),
    null,
  );
});

test('it is what the default target says', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const style = fc.constantFrom('short' as const, 'choice' as const, 'reasoning' as const);
  fc.assert(
    fc.property(fraction, fraction, style, (probability, certainty, asked) => {
      const answer = answered(probability, certainty, asked);
      const target = trainingTarget(
        { ...answer, finishReason: 'stop', style: asked },
        {
          signals: ['tokenCertainty', 'answerProbability'],
          mean: 'tempered-noisy-or',
          weighting: 'probe',
        },
        EMPTY_PROBE,
      );
      const estimate = freeEstimate(answer);
      assert.ok(estimate !== null && target !== null);
      // The order of two terms of a sum.
      assertClose(estimate, target, 1e-12);
    }),
    { seed: 67, numRuns: 300 },
  );
});
