import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CompareRun } from '../../../src/report/compare-summary.ts';
import {
  spreadOverRuns,
  summarizeStrategies,
  type StrategyOutcome,
} from '../../../src/report/summarize-strategies.ts';
import { assertClose } from '../../support/assert-close.ts';

const OPTIONS = { bins: 10, resamples: 0, simulations: 0, seed: 1 };

/** Four answers in two domains, of each domain one right. */
const outcome = (
  name: string,
  confidences: readonly (number | null)[],
  more: Partial<StrategyOutcome> = {},
): StrategyOutcome => ({
  name,
  rows: confidences.map((confidence, i) => ({
    position: i,
    domain: i < 2 ? 'a' : 'b',
    correct: i % 2 === 0,
    confidence,
  })),
  deadLetters: {},
  sampled: false,
  forwardTokens: { answer: 100, confidence: 0, scoring: 0, training: 0 },
  trainedQuestions: 0,
  scoredAnswers: 0,
  modelMs: 5,
  trainingMs: 2,
  ...more,
});

describe('summarizeStrategies', () => {
  const cost = (
    confidence: number,
    scoring: number,
    training: number,
  ): Partial<StrategyOutcome> => ({
    forwardTokens: { answer: 100, confidence, scoring, training },
  });
  const summary = summarizeStrategies(
    [
      // Mean 0.9, accuracy 0.5: in one bin of either domain, ECE 0.4.
      outcome('verbalized', [0.9, 0.9, 0.9, 0.9], cost(20, 0, 0)),
      // Domain a is off by +0.1, b by -0.3; pooled they are two bins of two: (0.1 + 0.3) / 2.
      outcome('secl', [0.6, 0.6, 0.2, 0.2], {
        ...cost(20, 30, 60),
        trainedQuestions: 1,
        scoredAnswers: 2,
      }),
      outcome('normalizedPTrue', [0.5, null, 0.5, 0.5], cost(0, 200, 0)),
      outcome('dinco', [0.9, 0.9], { sampled: true }),
    ],
    OPTIONS,
  );

  it('measures each by its own confidence', () => {
    const { verbalized, secl, normalizedPTrue } = summary;
    assertClose(verbalized?.pooled.ece, 0.4, 1e-12);
    assertClose(secl?.pooled.ece, 0.2, 1e-12);
    assertClose(secl.meanDomainEce, 0.2, 1e-12);
    assertClose(secl.domains['b']?.ece, 0.3, 1e-12);
    assert.equal(secl.pooled.accuracy, 0.5);
    assert.equal(secl.trainedFraction, 0.25);
    assert.equal(secl.scoredFraction, 0.5);
    assert.equal(normalizedPTrue?.pooled.missing, 1);
    assert.equal(normalizedPTrue.pooled.n, 3);
    // Its accuracy is that of the answers, whatever is missing.
    assert.equal(normalizedPTrue.pooled.accuracy, 0.5);
  });

  it('relates error to verbalized and cost to NormPTrue, samples to nothing', () => {
    const { verbalized, secl, normalizedPTrue, dinco } = summary;
    assertClose(secl?.reduction.ece, 0.5, 1e-12);
    assertClose(secl.reduction.meanDomainEce, 0.5, 1e-12);
    assert.equal(secl.forwardTokens.total, 210);
    assertClose(secl.relativeCost, 110 / 200, 1e-12);
    assert.equal(verbalized?.relativeCost, 0.1);
    assert.equal(normalizedPTrue?.relativeCost, 1);
    assert.deepEqual(dinco?.reduction, { ece: null, meanDomainEce: null });
    assert.equal(dinco.relativeCost, null);
  });

  it('measures all on the questions of the sample besides', () => {
    const { verbalized, secl, dinco } = summary;
    // Of the four answers DINCO has the first two, both of domain a, where secl is off by 0.1.
    assertClose(secl?.onSample?.pooled.ece, 0.1, 1e-12);
    assertClose(secl.onSample.meanDomainEce, 0.1, 1e-12);
    assert.equal(secl.onSample.pooled.n, 2);
    assertClose(verbalized?.onSample?.pooled.ece, 0.4, 1e-12);
    assert.deepEqual(dinco?.onSample?.pooled, dinco?.pooled);
    const { alone } = summarizeStrategies([outcome('alone', [0.9, 0.9, 0.9, 0.9])], OPTIONS);
    assert.equal(alone?.onSample, undefined);
  });

  it('relates nothing to what is not there', () => {
    const { secl } = summarizeStrategies([outcome('secl', [0.5, 0.5, 0.5, 0.5])], OPTIONS);
    assert.deepEqual(secl?.reduction, { ece: null, meanDomainEce: null });
    assert.equal(secl.relativeCost, null);
    const empty = summarizeStrategies([outcome('secl', [])], OPTIONS)['secl'];
    assert.equal(empty?.pooled.ece, null);
    assert.equal(empty.trainedFraction, 0);
  });
});

describe('spreadOverRuns', () => {
  const run = (seed: number, confidences: readonly number[]): CompareRun => ({
    seed,
    order: 0,
    strategies: summarizeStrategies([outcome('secl', confidences)], OPTIONS),
  });

  it('has mean and sample standard deviation', () => {
    // ECEs 0.4 and 0.2: mean 0.3, deviation sqrt(2 * 0.1^2 / 1).
    const spread = spreadOverRuns([run(1, [0.9, 0.9, 0.9, 0.9]), run(2, [0.7, 0.7, 0.7, 0.7])])[
      'secl'
    ];
    assertClose(spread?.ece.mean, 0.3, 1e-12);
    assertClose(spread.ece.standardDeviation, Math.sqrt(0.02), 1e-12);
    assert.equal(spread.ece.n, 2);
  });

  it('has no deviation of one run, and nothing of none', () => {
    const spread = spreadOverRuns([run(1, [0.9, 0.9, 0.9, 0.9])])['secl'];
    assert.equal(spread?.ece.standardDeviation, null);
    assert.deepEqual(spreadOverRuns([]), {});
    assert.deepEqual(spreadOverRuns([run(1, [])])['secl']?.ece, {
      n: 0,
      mean: null,
      standardDeviation: null,
    });
  });
});
