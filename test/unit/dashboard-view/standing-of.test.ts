import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';
import { summarizeRows } from '../../../src/calibration/summarize.ts';
import { EMPTY_DASHBOARD, type SeenAnswer } from '../../../src/dashboard-view/dashboard-state.ts';
import { standingOf } from '../../../src/dashboard-view/standing-of.ts';
import { stepDashboard } from '../../../src/dashboard-view/step-dashboard.ts';
import { byVerdict, input, labelInput, stated } from '../../support/dashboard-fixture.ts';

const rows: readonly SeenAnswer[] = stepDashboard(
  EMPTY_DASHBOARD,
  Array.from({ length: 60 }, (_, i) => [
    input('answer', stated(i, i % 10 === 9 ? null : (i % 10) / 10)),
    ...(i % 3 === 0 ? [] : [labelInput(i, i % 4 === 0)]),
  ]).flat(),
  byVerdict,
).rows;

test('the measured figures are those of the calibration room', () => {
  const { measured } = standingOf(rows, { bins: 10, seed: 3 }).standing;
  const summary = summarizeRows(
    labelConfidences(
      rows.map(({ confidences, correct }) => ({
        confidence: confidences.published ?? null,
        correct,
      })),
    ),
    { binning: { kind: 'equal-width', bins: 10 }, resamples: 200, simulations: 200, seed: 3 },
  );
  const { n, accuracy, ece, brier, auroc, mean } = summary;
  assert.deepEqual(
    {
      n: measured.n,
      accuracy: measured.accuracy,
      ece: measured.ece,
      brier: measured.brier,
      auroc: measured.auroc,
      mean: measured.meanConfidence,
    },
    { n, accuracy, ece, brier, auroc, mean },
  );
  const band = measured.eceBand;
  assert.ok(band !== null && ece !== null && band.low <= ece && ece <= band.high);
});

test('what is missing, and what has no label, is counted', () => {
  const { standing } = standingOf(rows, { bins: 10, seed: 1 });
  assert.equal(standing.answers, 60);
  // Every tenth of 60.
  assert.equal(standing.missing, 6);
  assert.equal(standing.estimated.n, 54);
  // 40 have a label; of them, those at 9, 18·, …: i % 10 = 9 and i % 3 ≠ 0 are 19, 29, 49, 59.
  assert.equal(standing.measured.n, 36);
});
