import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quantile } from '../../../src/calibration/quantile.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden } from '../../support/calibration-golden.ts';

describe('quantile', () => {
  it('equals numpy', () => {
    const { numbers, at, values } = readCalibrationGolden().quantile;
    for (const [i, p] of at.entries()) {
      assertClose(quantile(Float64Array.from(numbers), p), values[i] as number, 1e-12);
    }
  });

  it('refuses no numbers and what is no probability', () => {
    assert.throws(() => quantile(new Float64Array(), 0.5), { code: 'PRECONDITION' });
    assert.throws(() => quantile(Float64Array.of(1), 1.5), { code: 'PRECONDITION' });
  });
});
