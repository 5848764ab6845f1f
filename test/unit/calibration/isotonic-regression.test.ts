import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { applyIsotonic, fitIsotonic } from '../../../src/calibration/isotonic-regression.ts';
import { assertClose } from '../../support/assert-close.ts';
import { rowsOf } from '../../support/calibration-golden.ts';

interface Golden {
  readonly grid: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly confidence: readonly number[];
    readonly correct: readonly (0 | 1)[];
    readonly isotonic: readonly number[];
  }[];
}
const golden = JSON.parse(
  readFileSync('test/golden/calibration/supervised.json', 'utf8'),
) as Golden;

describe('isotonic regression', () => {
  for (const { name, confidence, correct, isotonic } of golden.cases) {
    it(`agrees with scikit-learn: ${name}`, () => {
      const fit = fitIsotonic(rowsOf(confidence, correct));
      golden.grid.forEach((at, i) => {
        assertClose(applyIsotonic(fit, at), isotonic[i] as number, 1e-12, `at ${at}`);
      });
    });
  }

  it('never falls, and has the mean of the outcomes', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 10 }), fc.constantFrom<0 | 1>(0, 1));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const confidence = rows.map(([tenths]) => tenths / 10);
        const correct = rows.map(([, outcome]) => outcome);
        const fit = fitIsotonic(rowsOf(confidence, correct));
        const fitted = confidence.map((at) => applyIsotonic(fit, at));
        fit.shares.forEach((share, i) => {
          assert.ok(i === 0 || share >= (fit.shares[i - 1] as number));
        });
        const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
        assertClose(sum(fitted), sum(correct), 1e-9);
      }),
    );
  });

  it('changes nothing without rows', () => {
    assert.equal(applyIsotonic(fitIsotonic(rowsOf([], [])), 0.3), 0.3);
    assert.throws(() => applyIsotonic(fitIsotonic(rowsOf([], [])), NaN), { code: 'PRECONDITION' });
  });
});
