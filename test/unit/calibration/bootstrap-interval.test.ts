import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accuracy } from '../../../src/calibration/accuracy.ts';
import { auroc } from '../../../src/calibration/auroc.ts';
import { bootstrapInterval } from '../../../src/calibration/bootstrap-interval.ts';
import { brierScore } from '../../../src/calibration/brier-score.ts';
import { expectedCalibrationError } from '../../../src/calibration/expected-calibration-error.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';
import type { LabelledConfidences } from '../../../src/calibration/labelled-confidences.ts';

const golden = readCalibrationGolden().cases.find(({ scipyBootstrap }) => scipyBootstrap);
assert.ok(golden?.scipyBootstrap !== undefined);
const { scipyBootstrap: scipy } = golden;
const data = rowsOf(golden.confidence, golden.correct);
const eceOf = (rows: LabelledConfidences): number | null => expectedCalibrationError(rows).value;
/** Seeded rows, right as often as they say. */
function calibrated(n: number, seed: number): LabelledConfidences {
  const random = seededRandom(seed);
  const f = Array.from({ length: n }, () => random.next());
  return rowsOf(
    f,
    f.map((p) => (random.next() < p ? 1 : 0)),
  );
}

describe('bootstrapInterval', () => {
  // Both sides are Monte Carlo. An end of a 95% interval from R resamples has a standard error of
  // about 2.7 standardError / sqrt(R): 0.06 standard errors of the metric at 2,000, 0.03 at scipy's
  // 9,999; 0.25 is four times their root sum of squares.
  const options = { resamples: 2000, seed: 11 };
  const tolerance = (standardError: number): number => 0.25 * standardError;

  it('equals scipy.stats.bootstrap for the Brier score', () => {
    const { low, high } = bootstrapInterval(data, (rows) => brierScore(rows).value, options);
    const expected = scipy.brierPercentile;
    assertClose(low, expected.low, tolerance(expected.standardError));
    assertClose(high, expected.high, tolerance(expected.standardError));
  });

  it('equals scipy.stats.bootstrap for AUROC', () => {
    const { low, high } = bootstrapInterval(data, (rows) => auroc(rows).value, options);
    const expected = scipy.aurocPercentile;
    assertClose(low, expected.low, tolerance(expected.standardError));
    assertClose(high, expected.high, tolerance(expected.standardError));
  });

  it('equals scipy.stats.bootstrap for ECE', () => {
    const { low, high } = bootstrapInterval(data, eceOf, options);
    const expected = scipy.ecePercentile;
    assertClose(low, expected.low, tolerance(expected.standardError));
    assertClose(high, expected.high, tolerance(expected.standardError));
  });

  it('reflected equals the basic bootstrap of scipy', () => {
    const { low, high } = bootstrapInterval(data, (rows) => brierScore(rows).value, {
      ...options,
      kind: 'reflected',
    });
    const expected = scipy.brierReflected;
    assertClose(low, expected.low, tolerance(expected.standardError));
    assertClose(high, expected.high, tolerance(expected.standardError));
  });

  it('has the binomial quantiles for accuracy', () => {
    // A resampled accuracy is exactly Binomial(n, accuracy) / n; 0.0204 is its standard deviation.
    const { low, high } = bootstrapInterval(data, (rows) => accuracy(rows).value, options);
    assertClose(low, scipy.accuracyExact[0], tolerance(0.0204));
    assertClose(high, scipy.accuracyExact[1], tolerance(0.0204));
  });

  it('depends on the seed and not on the order of the rows', () => {
    const small = calibrated(60, 1);
    const reversed = rowsOf(
      [...small.confidence].reverse(),
      [...small.correct].reverse() as (0 | 1)[],
    );
    const first = bootstrapInterval(small, eceOf, { resamples: 200, seed: 5 });
    assert.deepEqual(bootstrapInterval(reversed, eceOf, { resamples: 200, seed: 5 }), first);
    assert.notDeepEqual(bootstrapInterval(small, eceOf, { resamples: 200, seed: 6 }), first);
  });

  it('stays inside the range of the metric and, reflected, around the metric', () => {
    for (let seed = 0; seed < 30; seed++) {
      const rows = calibrated(40, seed);
      const here = eceOf(rows) as number;
      const { low, high } = bootstrapInterval(rows, eceOf, {
        resamples: 100,
        seed,
        kind: 'reflected',
      });
      assert.ok(low !== null && high !== null);
      assert.ok(low >= 0 && low <= here && here <= high && high <= 1);
    }
  });

  it('keeps each confidence with its outcome', () => {
    // Right exactly where sure: every pair-preserving resample has ECE 0.
    const sure = rowsOf(
      Array.from({ length: 40 }, (_, i) => i % 2),
      Array.from({ length: 40 }, (_, i) => (i % 2 === 1 ? 1 : 0)),
    );
    const { low, high } = bootstrapInterval(sure, eceOf, { resamples: 50 });
    assert.deepEqual([low, high], [0, 0]);
  });

  it('refuses few rows, and a metric that is undefined, with the reason', () => {
    const few = bootstrapInterval(calibrated(19, 1), eceOf);
    assert.deepEqual([few.low, few.high, few.used], [null, null, 0]);
    assert.match(few.reason ?? '', /fewer than 20/);
    const oneClass = rowsOf(new Array<number>(30).fill(0.5), new Array<0>(30).fill(0));
    const undefinedAuroc = bootstrapInterval(oneClass, (rows) => auroc(rows).value);
    assert.match(undefinedAuroc.reason ?? '', /undefined/);
    // One right answer in 30 is absent from (29/30)^30 = 36% of resamples: more than a tenth.
    const oneRight = rowsOf(
      new Array<number>(30).fill(0.5),
      Array.from({ length: 30 }, (_, i) => (i === 0 ? 1 : 0)),
    );
    const often = bootstrapInterval(oneRight, (rows) => auroc(rows).value);
    assert.equal(often.low, null);
    assertClose(often.used, 640, 60);
  });

  it('refuses a level or a number of resamples that makes no sense', () => {
    for (const options of [{ level: 0 }, { level: 1 }, { resamples: 0 }, { resamples: 1.5 }]) {
      assert.throws(() => bootstrapInterval(data, eceOf, options), { code: 'PRECONDITION' });
    }
  });

  it('takes 1,000 resamples of 2,000 rows in about a tenth of a second', () => {
    const rows = calibrated(2000, 2);
    const start = performance.now();
    bootstrapInterval(rows, (resample) => auroc(resample).value);
    // 0.13 s when measured alone; the bound leaves room for a loaded machine, not for O(n²).
    assert.ok(performance.now() - start < 4000);
  });
});
