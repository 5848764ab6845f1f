/** Laws that hold across the metrics, whatever the rows: ties, edges, 0, 1 and missing included. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { accuracy } from '../../../src/calibration/accuracy.ts';
import { auroc } from '../../../src/calibration/auroc.ts';
import type { Binning } from '../../../src/calibration/binning.ts';
import { brierScore } from '../../../src/calibration/brier-score.ts';
import { debiasedCalibrationError } from '../../../src/calibration/debiased-calibration-error.ts';
import { decomposeBrier } from '../../../src/calibration/decompose-brier.ts';
import { expectedCalibrationError } from '../../../src/calibration/expected-calibration-error.ts';
import { ksCalibrationError } from '../../../src/calibration/ks-calibration-error.ts';
import {
  labelConfidences,
  type LabelledConfidences,
} from '../../../src/calibration/labelled-confidences.ts';
import { logLoss } from '../../../src/calibration/log-loss.ts';
import { maximumCalibrationError } from '../../../src/calibration/maximum-calibration-error.ts';
import { meanConfidence } from '../../../src/calibration/mean-confidence.ts';
import type { Metric } from '../../../src/calibration/metric.ts';
import { smoothCalibrationError } from '../../../src/calibration/smooth-calibration-error.ts';
import { sweepCalibrationError } from '../../../src/calibration/sweep-calibration-error.ts';
import { assertClose } from '../../support/assert-close.ts';
import { rowsOf } from '../../support/calibration-golden.ts';

/** Half of them on a grid of twentieths, so that ties, edges, 0 and 1 are common. */
const confidence = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((k) => k / 20),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const rows = fc.array(fc.record({ confidence, correct: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});
const shuffledRows = rows.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
);
const binning: fc.Arbitrary<Binning> = fc.record({
  kind: fc.constantFrom('equal-width', 'equal-mass'),
  bins: fc.integer({ min: 1, max: 20 }),
});
/** Sums of 60 doubles in two orders differ by less. */
const ROUNDING = 1e-12;

const METRICS: Readonly<Record<string, (data: LabelledConfidences) => Metric>> = {
  accuracy,
  auroc,
  brierScore,
  debiasedCalibrationError,
  expectedCalibrationError,
  equalMassEce: (data) => expectedCalibrationError(data, { kind: 'equal-mass', bins: 5 }),
  ksCalibrationError,
  logLoss,
  maximumCalibrationError,
  meanConfidence,
  smoothCalibrationError: (data) => smoothCalibrationError(data, 0.1),
  sweepCalibrationError,
};

describe('every metric', () => {
  for (const [name, metric] of Object.entries(METRICS)) {
    it(`${name} does not depend on the order of the rows, ties included`, () => {
      // Root of a difference near 0: rounding of 1e-16 becomes 1e-8.
      const tolerance = name === 'debiasedCalibrationError' ? 1e-7 : ROUNDING;
      fc.assert(
        fc.property(shuffledRows, ([list, shuffled]) => {
          const first = metric(labelConfidences(list));
          const second = metric(labelConfidences(shuffled));
          if (first.value === null) assert.equal(second.value, null);
          else assertClose(second.value, first.value, tolerance);
        }),
        { numRuns: 60 },
      );
    });

    it(`${name} leaves its rows alone and carries their counts`, () => {
      const data = labelConfidences([
        { confidence: 0.9, correct: true },
        { confidence: 0.1, correct: true },
        { confidence: null, correct: false },
        { confidence: 0.1, correct: false },
        { confidence: 0.3, correct: null },
      ]);
      const { definition } = metric(data);
      assert.deepEqual([definition.n, definition.missing, definition.unlabelled], [3, 1, 1]);
      assert.deepEqual([...data.confidence], [0.9, 0.1, 0.1]);
      assert.deepEqual([...data.correct], [1, 1, 0]);
    });
  }
});

describe('calibration errors', () => {
  it('0 <= ECE <= MCE <= 1', () => {
    fc.assert(
      fc.property(rows, binning, (list, bins) => {
        const data = labelConfidences(list);
        const ece = expectedCalibrationError(data, bins).value as number;
        const mce = maximumCalibrationError(data, bins).value as number;
        assert.ok(ece >= 0 && ece <= mce + ROUNDING && mce <= 1 + ROUNDING);
      }),
    );
  });

  it('are at least |accuracy - mean confidence|', () => {
    // Triangle inequality: bins and kernels cancel at most as much as one bin of all rows does.
    fc.assert(
      fc.property(rows, binning, (list, bins) => {
        const data = labelConfidences(list);
        const gap = Math.abs(
          (accuracy(data).value as number) - (meanConfidence(data).value as number),
        );
        assert.ok((expectedCalibrationError(data, bins).value as number) >= gap - ROUNDING);
        assert.ok((ksCalibrationError(data).value as number) >= gap - ROUNDING);
        assert.ok((smoothCalibrationError(data, 0.2).value as number) >= gap - 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  it('are 0 for a constant confidence that is right as often as it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 20 }), (k, n) => {
        const right = Math.min(k, n);
        const list = Array.from({ length: n }, (_, i) => ({
          confidence: right / n,
          correct: i < right,
        }));
        const data = labelConfidences(list);
        assertClose(expectedCalibrationError(data).value, 0, ROUNDING);
        assertClose(maximumCalibrationError(data).value, 0, ROUNDING);
        assertClose(ksCalibrationError(data).value, 0, ROUNDING);
        assertClose(smoothCalibrationError(data, 0.05).value, 0, ROUNDING);
      }),
    );
  });
});

describe('Brier decomposition', () => {
  it('adds up exactly', () => {
    fc.assert(
      fc.property(rows, binning, (list, bins) => {
        const data = labelConfidences(list);
        const parts = decomposeBrier(data, bins);
        assert.ok(parts !== null);
        const { reliability, resolution, uncertainty } = parts;
        const within = parts.withinBinVariance - parts.withinBinCovariance;
        assertClose(
          reliability - resolution + uncertainty + within,
          brierScore(data).value as number,
          ROUNDING,
        );
      }),
    );
  });
});

describe('auroc', () => {
  it('turns over when confidences or outcomes do', () => {
    // On a grid of 64ths, where 1 - f is exact and keeps every tie.
    const grid = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 64 }).map((k) => k / 64),
        fc.constantFrom<0 | 1>(0, 1),
      ),
      { minLength: 2, maxLength: 60 },
    );
    fc.assert(
      fc.property(grid, (list) => {
        const f = list.map(([value]) => value);
        const y = list.map(([, outcome]) => outcome);
        const here = auroc(rowsOf(f, y)).value;
        const turned = auroc(
          rowsOf(
            f.map((value) => 1 - value),
            y,
          ),
        ).value;
        const swapped = auroc(
          rowsOf(
            f,
            y.map((outcome) => (outcome === 1 ? 0 : 1)),
          ),
        ).value;
        if (here === null) assert.deepEqual([turned, swapped], [null, null]);
        else {
          assertClose(turned, 1 - here, ROUNDING);
          assertClose(swapped, 1 - here, ROUNDING);
        }
      }),
    );
  });

  it('equals the count over all pairs', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const right = list.filter(({ correct }) => correct);
        const wrong = list.filter(({ correct }) => !correct);
        fc.pre(right.length > 0 && wrong.length > 0);
        let won = 0;
        for (const r of right) {
          for (const w of wrong) {
            won += r.confidence > w.confidence ? 1 : r.confidence === w.confidence ? 0.5 : 0;
          }
        }
        const expected = won / (right.length * wrong.length);
        assertClose(auroc(labelConfidences(list)).value, expected, ROUNDING);
      }),
    );
  });
});
