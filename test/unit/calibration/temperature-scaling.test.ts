import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { logLoss } from '../../../src/calibration/log-loss.ts';
import {
  fitTemperature,
  scaleByTemperature,
} from '../../../src/calibration/temperature-scaling.ts';
import { assertClose } from '../../support/assert-close.ts';
import { rowsOf } from '../../support/calibration-golden.ts';

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly confidence: readonly number[];
    readonly correct: readonly (0 | 1)[];
    readonly inverseTemperature: number;
    readonly logLoss: number;
  }[];
}
const golden = JSON.parse(
  readFileSync('test/golden/calibration/supervised.json', 'utf8'),
) as Golden;

describe('fitTemperature', () => {
  for (const { name, confidence, correct, ...expected } of golden.cases) {
    it(`finds what scipy finds: ${name}`, () => {
      const inverse = fitTemperature(rowsOf(confidence, correct));
      // Brent's method stops where the loss is flat to the last bits, about the root of 1e-16.
      assertClose(inverse, expected.inverseTemperature, 1e-6);
      const scaled = confidence.map((p) => scaleByTemperature(p, inverse));
      assertClose(logLoss(rowsOf(scaled, correct)).value, expected.logLoss, 1e-9);
    });
  }

  it('changes nothing without rows', () => {
    assert.equal(fitTemperature(rowsOf([], [])), 1);
  });

  it('gives up on confidences that separate right from wrong', () => {
    assert.equal(fitTemperature(rowsOf([0.4, 0.6], [0, 1])), 1000);
  });
});

describe('scaleByTemperature', () => {
  it('makes a half of everything at 0 and keeps what it is at 1', () => {
    assert.equal(scaleByTemperature(0.9, 0), 0.5);
    assertClose(scaleByTemperature(0.9, 1), 0.9, 1e-15);
    // logit(0.8) = ln 4, and twice that is ln 16.
    assertClose(scaleByTemperature(0.8, 2), 16 / 17, 1e-15);
  });

  it('has a number for certainty', () => {
    assertClose(scaleByTemperature(1, 1), 1, 2e-6);
    assertClose(scaleByTemperature(0, 1), 0, 2e-6);
    assert.throws(() => scaleByTemperature(1.1, 1), { code: 'PRECONDITION' });
  });
});
