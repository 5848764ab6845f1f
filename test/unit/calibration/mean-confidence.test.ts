import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meanConfidence } from '../../../src/calibration/mean-confidence.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readCalibrationGolden, rowsOf } from '../../support/calibration-golden.ts';

describe('meanConfidence', () => {
  for (const { name, confidence, correct, numpy } of readCalibrationGolden().cases) {
    it(`equals numpy on ${name}`, () => {
      assertClose(meanConfidence(rowsOf(confidence, correct)).value, numpy.mean, 1e-9);
    });
  }

  it('is null without rows', () => {
    assert.equal(meanConfidence(rowsOf([], [])).value, null);
  });
});
