import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supervisedOutcome } from '../../../src/app/supervised-outcome.ts';
import type { StrategyOutcome } from '../../../src/report/summarize-strategies.ts';

/** Always sure, and right every other time. */
const verbalized: StrategyOutcome = {
  name: 'verbalized',
  rows: Array.from({ length: 100 }, (_, i) => ({
    position: i,
    domain: null,
    correct: i % 2 === 0,
    confidence: i === 9 ? null : 0.95,
  })),
  deadLetters: {},
  sampled: false,
  forwardTokens: { answer: 5, confidence: 3, scoring: 0, training: 0 },
  trainedQuestions: 0,
  scoredAnswers: 0,
  modelMs: 7,
  trainingMs: 0,
};

test('confidence that says nothing becomes the share of right answers in the other folds', () => {
  for (const name of ['isotonic', 'temperatureScaled'] as const) {
    const outcome = supervisedOutcome(name, verbalized, 1);
    assert.equal(outcome.name, name);
    assert.deepEqual(outcome.forwardTokens, verbalized.forwardTokens);
    outcome.rows.forEach(({ confidence, correct }, i) => {
      assert.equal(correct, verbalized.rows[i]?.correct);
      if (i === 9) assert.equal(confidence, null);
      // Of 79 or 80 others half are right, give or take what a fold of twenty takes away.
      else assert.ok(Math.abs((confidence ?? NaN) - 0.5) < 0.13, `${name}: ${confidence}`);
    });
  }
});
