import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bootstrapInterval } from '../../../src/calibration/bootstrap-interval.ts';
import { eceInterval } from '../../../src/calibration/ece-interval.ts';
import { expectedCalibrationError } from '../../../src/calibration/expected-calibration-error.ts';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';
import { wilsonInterval } from '../../../src/calibration/wilson-interval.ts';
import { assertClose } from '../../support/assert-close.ts';

const rows = (n: number, confidence: (i: number) => number, correct: (i: number) => boolean) =>
  labelConfidences(
    Array.from({ length: n }, (_, i) => ({ confidence: confidence(i), correct: correct(i) })),
  );
const OPTIONS = { resamples: 200, seed: 3 };

describe('eceInterval', () => {
  it('is the reflected bootstrap where outcomes differ', () => {
    const data = rows(
      40,
      (i) => (i % 10) / 10,
      (i) => i % 3 === 0,
    );
    const plain = bootstrapInterval(data, (one) => expectedCalibrationError(one).value, {
      ...OPTIONS,
      kind: 'reflected',
    });
    assert.deepEqual(eceInterval(data, OPTIONS), plain);
    assert.ok((plain.high ?? 0) > (plain.low ?? 0));
  });

  // Wilson's interval of 20 in 20 begins at 1 / (1 + 1.96² / 20) = 0.8389; of the ECE |a − 0.95| the least is 0, the
  // greatest 0.95 − 0.8389.
  it('has a width where every answer is right', () => {
    const data = rows(
      20,
      () => 0.95,
      () => true,
    );
    const { low, high, reason } = eceInterval(data, OPTIONS);
    assertClose(low, 0, 1e-12);
    assertClose(high, 0.95 - 1 / (1 + 1.959963984540054 ** 2 / 20), 1e-12);
    assert.equal(reason, null);
  });

  // 0 in 30 ends at 1 − 1 / (1 + 1.96² / 30) = 0.1135: |a − 0.9| falls from 0.9 to 0.9 − 0.1135.
  it('has a width where every answer is wrong, far from the confidence', () => {
    const data = rows(
      30,
      () => 0.9,
      () => false,
    );
    const { low, high } = eceInterval(data, OPTIONS);
    assertClose(low, 0.9 - wilsonInterval(0, 30).high, 1e-12);
    assertClose(high, 0.9, 1e-12);
  });

  // Bins at 0.85 and 0.95, half of the rows each: (|a − 0.85| + |a − 0.95|) / 2 is 0.05 for every a between them, and
  // (1.8 − 2a) / 2 below: at 0.8389, with the ECE of 0.1 at a = 1 still above it.
  it('is over all bins together', () => {
    const data = rows(
      20,
      (i) => (i % 2 === 0 ? 0.85 : 0.95),
      () => true,
    );
    const { low, high } = eceInterval(data, OPTIONS);
    assert.ok((low ?? 1) <= 0.05 + 1e-12 && (high ?? 0) >= 0.1 - 1e-12, `${low} to ${high}`);
    assert.ok((low ?? 0) > 0 && (high ?? 1) < 0.15);
  });

  it('has none for few rows', () => {
    const { low, high, reason } = eceInterval(
      rows(
        19,
        () => 1,
        () => true,
      ),
    );
    assert.deepEqual([low, high], [null, null]);
    assert.match(reason ?? '', /fewer than 20/);
  });
});
