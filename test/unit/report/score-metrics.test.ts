import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';
import { summarizeRows } from '../../../src/calibration/summarize.ts';
import { scoreMetrics } from '../../../src/report/score-metrics.ts';

const rowsOf = (n: number) =>
  labelConfidences(
    Array.from({ length: n }, (_, i) => ({ confidence: 0.5, correct: i % 2 === 0 })),
  );

test('a band is whole or not there', () => {
  const options = { resamples: 20, simulations: 20 };
  const full = scoreMetrics(summarizeRows(rowsOf(40), options));
  assert.deepEqual([full.n, full.ece, full.auroc, full.mean], [40, 0, 0.5, 0.5]);
  assert.equal(full.eceInterval?.low, 0);
  assert.deepEqual(Object.keys(full.eceFloor ?? {}), ['mean', 'p95']);
  // Fewer than 20 rows have no band, and none was asked for below.
  assert.equal(scoreMetrics(summarizeRows(rowsOf(10), options)).eceInterval, null);
  const bare = scoreMetrics(summarizeRows(rowsOf(40), { resamples: 0 }));
  assert.deepEqual([bare.eceInterval, bare.eceFloor], [null, null]);
});
