import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expectedCalibrationError } from '../../../src/calibration/expected-calibration-error.ts';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

const golden = readCalibrationGolden();
/** Sums of at most 1,000 doubles below 1 differ by far less between orders of summation. */
const ROUNDING = 1e-9;

describe('expectedCalibrationError', () => {
  for (const { name, confidence, correct, netcal, torchmetrics, kumar, numpy } of golden.cases) {
    const data = rowsOf(confidence, correct);
    it(`equals netcal and torchmetrics on ${name}`, () => {
      assertClose(expectedCalibrationError(data).value, netcal['10'].ece, ROUNDING);
      assertClose(expectedCalibrationError(data).value, torchmetrics.ece, ROUNDING);
      const fifteen = expectedCalibrationError(data, { kind: 'equal-width', bins: 15 });
      assertClose(fifteen.value, netcal['15'].ece, ROUNDING);
    });
    it(`with equal mass equals the reference on ${name}`, () => {
      const ten = expectedCalibrationError(data, { kind: 'equal-mass', bins: 10 });
      assertClose(ten.value, numpy.equalMassEce, ROUNDING);
      if (kumar !== undefined) assertClose(ten.value, kumar.equalMassEce, ROUNDING);
      const seven = expectedCalibrationError(data, { kind: 'equal-mass', bins: 7 });
      assertClose(seven.value, numpy.equalMassEce7, ROUNDING);
    });
  }

  it('takes the half-open convention at the edges, in decimals', () => {
    // f = 0, .1, …, 1, ten bins. Bins 0 to 8 hold one row each, |y - f| = 0 .1 .2 .7 .6 .5 .4 .3 .8,
    // together 3.6; the last, closed bin holds .9 and 1 with y = 0, 1: |1 - 1.9| = .9. 4.5 / 11.
    // (Right-closed bins happen to give 4.5 / 11 too: .1 joins 0, and |y - f| is .9 at .9, 0 at 1.)
    const y = [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1] as const;
    const f = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    assertClose(expectedCalibrationError(rowsOf(f, y)).value, 4.5 / 11, ROUNDING);

    // netcal and relplot print 4.1 / 11: their edge 3 * 0.1 is 0.30000000000000004 in doubles, so
    // .3 drops into the bin of .2, where |1 - .5| = .5 stands for .2 + .7. With .3 moved just below
    // its edge ours agrees, so the rule is the same and only the edge's rounding differs.
    const below = f.map((value) => (value === 0.3 ? 0.3 - 1e-12 : value));
    assertClose(golden.edges.netcalEce, 4.1 / 11, ROUNDING);
    assertClose(expectedCalibrationError(rowsOf(below, y)).value, golden.edges.netcalEce, ROUNDING);
  });

  it('is 0.4 on the two-bin example of uqlm', () => {
    // Bins [0, .5) and [.5, 1]: |.5 - .1| and |.5 - .9|, half the rows each.
    const data = rowsOf([0.1, 0.1, 0.9, 0.9], [0, 1, 0, 1]);
    assertClose(expectedCalibrationError(data, { kind: 'equal-width', bins: 2 }).value, 0.4, 1e-15);
  });

  it('counts 0 and 1 exactly once', () => {
    // Each is wrong by 1; were one dropped or put into an extra bin, the value would not be 1.
    assert.equal(expectedCalibrationError(rowsOf([0, 1], [1, 0])).value, 1);
    assert.equal(expectedCalibrationError(rowsOf([0, 1], [0, 1])).value, 0);
    // Alone with a neighbour: 1 shares [.9, 1] with .95 (|1 - 1.95| / 2), 0 shares [0, .1) with .05.
    assertClose(expectedCalibrationError(rowsOf([1, 0.95], [1, 0])).value, 0.475, 1e-15);
    assertClose(expectedCalibrationError(rowsOf([0, 0.05], [0, 1])).value, 0.475, 1e-15);
  });

  it('travels with its definition', () => {
    const data = labelConfidences([
      { confidence: 0.9, correct: true },
      { confidence: 0.9, correct: false },
      { confidence: null, correct: false },
      { confidence: 0.2, correct: null },
    ]);
    const metric = expectedCalibrationError(data);
    assertClose(metric.value, 0.4, 1e-15);
    assert.deepEqual(metric.definition, {
      estimator: 'ece-equal-width',
      bins: 10,
      edgeRule: '[low, high), last closed',
      n: 2,
      missing: 1,
      unlabelled: 1,
    });
  });

  it('is null with a reason without rows', () => {
    const metric = expectedCalibrationError(
      labelConfidences([{ confidence: null, correct: true }]),
    );
    assert.equal(metric.value, null);
    assert.match(metric.reason ?? '', /no row/);
    assert.equal(metric.definition.missing, 1);
  });
});
