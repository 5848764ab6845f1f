import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { REPORTED_SCORES, type ReplayRow } from '../../../src/report/replay-summary.ts';
import { summarizeRun } from '../../../src/report/summarize-run.ts';
import { assertClose } from '../../support/assert-close.ts';
import { checkJsonSchema, type JsonSchema } from '../../support/check-json-schema.ts';
import { LEARNING, syntheticRows } from '../../support/synthetic-run.ts';

const FORWARD_TOKENS = { answer: 10, confidence: 5, scoring: 20, training: 0 };
const QUICK = { resamples: 50, simulations: 50 };
const schema = JSON.parse(readFileSync('schemas/replay-summary.schema.json', 'utf8')) as JsonSchema;

/** A summary of rows, with nothing dead. */
function summaryOf(rows: readonly ReplayRow[]) {
  return summarizeRun(
    {
      questions: rows.length,
      deadLettered: 0,
      complete: true,
      forwardTokens: FORWARD_TOKENS,
      rows,
    },
    QUICK,
  );
}

describe('summarizeRun', () => {
  it('computes each metric from the rows of its scope', () => {
    const rows: ReplayRow[] = [
      { index: 0, domain: 'a', correct: true, confidences: { pTrue: 0.75, published: 0.5 } },
      { index: 1, domain: 'a', correct: false, confidences: { pTrue: 0.25, published: 0.5 } },
      { index: 2, domain: 'b', correct: true, confidences: { pTrue: null, published: 0.5 } },
      { index: 3, domain: 'b', correct: null, confidences: { pTrue: 0.5, published: 0.5 } },
      { index: 4, domain: null, correct: true, confidences: { published: 0.5 } },
    ];
    const summary = summarizeRun(
      {
        questions: 7,
        deadLettered: 1,
        complete: false,
        forwardTokens: FORWARD_TOKENS,
        trainedQuestions: 2,
        rows,
      },
      QUICK,
    );
    assert.deepEqual([summary.questions, summary.answered, summary.deadLettered], [7, 5, 1]);
    assert.equal(summary.forwardTokens.total, 35);
    assert.equal(summary.trainedFraction, 0.4);
    // Three of five have a P(True), as `secl compare` counts them: it was paid for, NormPTrue or not.
    assert.equal(summary.scoredFraction, 0.6);
    assert.deepEqual(
      [summary.pooled.n, summary.pooled.unlabelled, summary.pooled.accuracy],
      [4, 1, 0.75],
    );
    // P(True): .75 right and .25 wrong in bins of their own, each off by .25.
    const { pTrue } = summary.pooled;
    assert.deepEqual([pTrue.n, pTrue.missing, pTrue.ece, pTrue.auroc], [2, 2, 0.25, 1]);
    assert.deepEqual([pTrue.brier, pTrue.mean, pTrue.eceInterval], [0.0625, 0.5, null]);
    // Published .5 everywhere: |3/4 - 1/2| pooled; domain a: 0; domain b: |1 - 1/2|.
    assert.equal(summary.pooled.published.ece, 0.25);
    assert.equal(summary.domains['a']?.published.ece, 0);
    assert.equal(summary.domains['b']?.published.ece, 0.5);
    assert.equal(summary.meanDomainEce.published, 0.25);
    // P(True) has no row to count in b, so its mean is over a alone.
    assert.equal(summary.meanDomainEce.pTrue, 0.25);
    assert.equal(summary.meanDomainEce.verbalized, null);
    assert.deepEqual(Object.keys(summary.domains), ['a', 'b']);
  });

  it('has a band and a floor for enough rows', () => {
    const { pooled, definition } = summaryOf(syntheticRows(20, 1));
    const { ece, eceInterval, eceFloor } = pooled.verbalized;
    assert.ok(ece !== null && eceInterval !== null && eceFloor !== null);
    assert.ok(eceInterval.low <= ece && ece <= eceInterval.high);
    assert.ok(eceFloor.mean > 0 && eceFloor.mean < eceFloor.p95);
    assert.equal(definition.floorSimulations, 50);
    assertClose(pooled.normalizedPTrue.n + pooled.normalizedPTrue.missing, 80, 0);
  });

  it('hands on what the loop did', () => {
    const outcome = {
      questions: 0,
      deadLettered: 0,
      complete: true,
      forwardTokens: FORWARD_TOKENS,
    };
    assert.equal(summarizeRun({ ...outcome, rows: [] }).loop, null);
    assert.deepEqual(summarizeRun({ ...outcome, rows: [], loop: LEARNING }).loop, LEARNING);
  });

  it('refuses counts that contradict each other', () => {
    const rows = syntheticRows(1, 1);
    const outcome = {
      questions: 4,
      deadLettered: 1,
      complete: true,
      forwardTokens: FORWARD_TOKENS,
      rows,
    };
    assert.throws(() => summarizeRun(outcome), { code: 'PRECONDITION' });
    assert.throws(() => summarizeRun({ ...outcome, deadLettered: 0, trainedQuestions: 5 }), {
      code: 'PRECONDITION',
    });
  });
});

describe('replay-summary.schema.json', () => {
  it('accepts a full, a small and an empty run after a round trip through JSON', () => {
    for (const rows of [syntheticRows(10, 2), syntheticRows(1, 3), []]) {
      const value: unknown = JSON.parse(JSON.stringify(summaryOf(rows)));
      assert.deepEqual(checkJsonSchema(value, schema), []);
    }
  });

  it('accepts a loop, and refuses half of one', () => {
    const summary = summaryOf([]);
    assert.deepEqual(checkJsonSchema({ ...summary, loop: LEARNING }, schema), []);
    const { alarms: _, ...half } = LEARNING;
    const adapters = { ...LEARNING.adapters, active: -1 };
    assert.deepEqual(checkJsonSchema({ ...summary, loop: { ...half, adapters } }, schema), [
      '$.loop.alarms is missing',
      '$.loop.adapters.active = -1 is too small',
    ]);
  });

  it('names every score', () => {
    for (const scope of [schema.$defs?.['scope'], schema.properties?.['meanDomainEce']]) {
      for (const score of REPORTED_SCORES) assert.ok(scope?.required?.includes(score), score);
    }
  });

  it('refuses a missing, a wrong and an unknown key', () => {
    const summary = summaryOf(syntheticRows(1, 4));
    const { complete: _, ...uncertain } = summary;
    assert.deepEqual(checkJsonSchema(uncertain, schema), ['$.complete is missing']);
    const { trainedFraction, ...without } = summary;
    assert.deepEqual(checkJsonSchema(without, schema), ['$.trainedFraction is missing']);
    assert.deepEqual(
      checkJsonSchema({ ...summary, trainedFraction: trainedFraction + 2 }, schema),
      ['$.trainedFraction = 2 is too large'],
    );
    assert.deepEqual(checkJsonSchema({ ...summary, extra: 1 }, schema), ['$.extra is not allowed']);
    assert.deepEqual(checkJsonSchema({ ...summary, questions: 1.5 }, schema), [
      '$.questions is number, not integer',
    ]);
    const domains = { a: { ...summary.pooled, pTrue: { ...summary.pooled.pTrue, ece: 'high' } } };
    assert.deepEqual(checkJsonSchema({ ...summary, domains }, schema), [
      '$.domains.a.pTrue.ece is string, not number,null',
    ]);
  });
});
