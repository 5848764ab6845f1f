import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CalibrationRow } from '../../../src/operators/calibration-state.ts';
import { windowRecords } from '../../../src/operators/calibration-windows.ts';
import { assertClose } from '../../support/assert-close.ts';

const place = { topic: 'answers', partition: 3 };
const options = { bins: 10, bootstrap: 0, simulations: 0, seed: 1 };
const standing = { count: 7, untilMs: 70, incident: 2, noticedAt: 5 };

const row = (
  offset: number,
  confidence: number | null,
  correct: boolean | null,
  domain: string | null = null,
): CalibrationRow => ({
  questionId: `q${offset}`,
  offset,
  domain,
  confidences: { published: confidence },
  correct,
  answer: null,
  alarm: offset % 2 === 0,
  adapterVersion: offset,
});

test('metrics by hand; missing scores and labels are counted, not made up', () => {
  const rows = [
    row(10, 0.95, true),
    row(12, 0.95, false),
    row(13, 0.15, false),
    row(17, null, true),
    row(19, 0.55, null),
  ];
  const [pooled, ...others] = windowRecords(
    { ordinal: 4, revision: 2, rows, standing },
    place,
    options,
    99,
  );
  assert.deepEqual(others, [], 'rows without a domain are in the pooled window alone');
  assert.deepEqual(
    [pooled?.ordinal, pooled?.revision, pooled?.scope, pooled?.closedAtMs],
    [4, 2, 'pooled', 99],
  );
  assert.deepEqual(
    [pooled?.sourceTopic, pooled?.sourcePartition, pooled?.firstOffset, pooled?.lastOffset],
    ['answers', 3, 10, 19],
  );
  // Four labels, two of them right.
  assert.deepEqual([pooled?.answers, pooled?.labelled, pooled?.accuracy], [5, 4, 0.5]);
  const [metric] = pooled?.metrics ?? [];
  assert.deepEqual([metric?.score, metric?.n, metric?.missing], ['published', 3, 1]);
  // Bin of 0.95: 2/3 · |0.5 − 0.95|; bin of 0.15: 1/3 · 0.15.
  assertClose(metric?.ece, 0.35, 1e-12);
  assertClose(metric.brier, (0.05 ** 2 + 0.95 ** 2 + 0.15 ** 2) / 3, 1e-12);
  assertClose(metric.mean, 2.05 / 3, 1e-12);
  // Of the pairs right/wrong, one is a tie and one ranked rightly.
  assertClose(metric.auroc, 0.75, 1e-12);
  assert.equal(metric.eceFloor, null, 'no simulations were asked for');
  assert.match(pooled?.eceDefinition ?? '', /equal-width, 10 bins/);
});

test('one record a domain, in order of appearance; a domain called pooled does not pass for the pool', () => {
  const rows = [row(1, 0.5, true, 'b'), row(2, 0.5, true, 'pooled'), row(3, 0.5, false, 'b')];
  const windows = windowRecords({ ordinal: 0, revision: 0, rows, standing }, place, options, 0);
  assert.deepEqual(
    windows.map(({ scope, answers, firstOffset, lastOffset }) => [
      scope,
      answers,
      firstOffset,
      lastOffset,
    ]),
    [
      ['pooled', 3, 1, 3],
      ['b', 2, 1, 3],
      ['domain:pooled', 1, 2, 2],
    ],
  );
});

test('the floor is simulated with the seed: the same twice, and above 0', () => {
  const rows = Array.from({ length: 30 }, (_, i) => row(i, (i % 10) / 10, i % 2 === 0));
  const floor = (): number | null | undefined =>
    windowRecords(
      { ordinal: 0, revision: 0, rows, standing },
      place,
      { ...options, simulations: 50 },
      0,
    )[0]?.metrics[0]?.eceFloor;
  assert.ok((floor() ?? 0) > 0);
  assert.equal(floor(), floor());
});

test('without labels there is no accuracy and no metric, but the mean is not made up either', () => {
  const [window] = windowRecords(
    { ordinal: 0, revision: 0, rows: [row(0, 0.5, null)], standing },
    place,
    options,
    0,
  );
  assert.equal(window?.accuracy, null);
  const [metric] = window.metrics;
  assert.deepEqual([metric?.n, metric?.ece, metric?.mean, metric?.auroc], [0, null, null, null]);
});

test('what needs no label: mean confidence, its own AUROC, the distance from token certainty, drift and adapter', () => {
  const rows = [0.9, 0.8, 0.3, 0.1].map((confidence, i) => ({
    ...row(i, confidence, null),
    confidences: { published: confidence, tokenCertainty: i === 3 ? null : confidence - 0.2 },
  }));
  const [window] = windowRecords({ ordinal: 0, revision: 0, rows, standing }, place, options, 0);
  const { estimated } = window ?? {};
  assert.equal(estimated?.n, 4);
  assertClose(estimated.accuracy, 2.1 / 4, 1e-12);
  // The value worked out by hand in the references of confidence-based estimation for these four.
  assertClose(estimated.auroc, 0.863409, 1e-6);
  // Three answers have both, each 0.2 apart; the mean over all four would say something else.
  assertClose(estimated.signalGap, 0.2, 1e-12);
  assert.deepEqual(window?.drift, { incident: 2, noticedAt: 5, alarms: 2 });
  assert.deepEqual([window.answersSeen, window.seenUntilMs, window.adapterVersion], [7, 70, 3]);
});

test('a window says under which adapters its answers were, in each scope of its own', () => {
  const under = [2, 0, 10, 2].map((adapterVersion, i) => ({
    ...row(i, 0.5, true, i === 3 ? 'b' : 'a'),
    adapterVersion,
  }));
  const windows = windowRecords(
    { ordinal: 0, revision: 0, rows: under, standing },
    place,
    options,
    0,
  );
  assert.deepEqual(
    windows.map(({ scope, adapterVersions }) => [scope, adapterVersions]),
    [
      ['pooled', [0, 2, 10]],
      ['a', [0, 2, 10]],
      ['b', [2]],
    ],
  );
});

test('the published confidence has a band, the others have none', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    ...row(i, 0.75, i % 2 === 0),
    confidences: { published: 0.75, pTrue: 0.75 },
  }));
  const [window] = windowRecords(
    { ordinal: 0, revision: 0, rows, standing },
    place,
    { ...options, bootstrap: 200 },
    0,
  );
  const of = (name: string): (number | null | undefined)[] => {
    const metric = window?.metrics.find(({ score }) => score === name);
    return [metric?.ece, metric?.eceLow, metric?.eceHigh];
  };
  const [ece, low, high] = of('published');
  assert.equal(ece, 0.25);
  assert.ok((low ?? 1) < 0.25 && (high ?? 0) > 0.25);
  assert.deepEqual(of('pTrue'), [0.25, null, null]);
});
