import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reliabilityDiagram } from '../../../src/calibration/reliability-diagram.ts';
import { assertClose } from '../../support/assert-close.ts';
import {
  readCalibrationGolden,
  rowsOf,
  type GoldenCurve,
} from '../../support/calibration-golden.ts';
import type { ReliabilityDiagram } from '../../../src/calibration/reliability-diagram.ts';

/** Asserts that the points are those of scikit-learn's `calibration_curve`. */
function assertCurve({ bins }: ReliabilityDiagram, curve: GoldenCurve): void {
  assert.equal(bins.length, curve.accuracy.length);
  for (const [i, bin] of bins.entries()) {
    assertClose(bin.accuracy, curve.accuracy[i] as number, 1e-9);
    assertClose(bin.meanConfidence, curve.meanConfidence[i] as number, 1e-9);
    assert.ok(bin.accuracyLow <= bin.accuracy && bin.accuracy <= bin.accuracyHigh);
  }
}

describe('reliabilityDiagram', () => {
  for (const { name, confidence, correct, sklearn } of readCalibrationGolden().cases) {
    const data = rowsOf(confidence, correct);
    it(`equals calibration_curve on ${name}`, () => {
      assertCurve(reliabilityDiagram(data), sklearn.curve);
    });
    if (sklearn.quantileCurve === undefined) continue;
    const { quantileCurve } = sklearn;
    it(`with equal mass equals calibration_curve by quantiles on ${name}`, () => {
      assertCurve(reliabilityDiagram(data, { kind: 'equal-mass', bins: 10 }), quantileCurve);
    });
  }

  it('has edges, counts and intervals, and leaves out empty bins', () => {
    const { bins, definition } = reliabilityDiagram(rowsOf([1, 0.92, 0.1], [1, 0, 0]));
    assert.deepEqual(
      bins.map(({ low, high, n }) => [low, high, n]),
      [
        [0.1, 0.2, 1],
        [0.9, 1, 2],
      ],
    );
    // Wilson interval of 1 in 2: (1/2 ± z sqrt(1/8 + z²/16) / (1 + z²/2)), centre 1/2.
    assertClose(bins[1]?.accuracyLow, 0.0945312, 1e-6);
    assertClose(bins[1].accuracyHigh, 0.9054688, 1e-6);
    assert.equal(definition.n, 3);
  });

  it('with equal mass tells what each bin spans', () => {
    const data = rowsOf([0.3, 0.1, 0.9, 0.6], [0, 0, 1, 1]);
    const { bins } = reliabilityDiagram(data, { kind: 'equal-mass', bins: 2 });
    assert.deepEqual(
      bins.map(({ low, high }) => [low, high]),
      [
        [0.1, 0.3],
        [0.6, 0.9],
      ],
    );
  });
});
