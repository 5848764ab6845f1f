import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bet, stepEDetector } from '../../../src/drift/e-detector.ts';
import { assertClose } from '../../support/assert-close.ts';

describe('bet', () => {
  it('has a mean of at most 1 over mid-ranks, whatever their number', () => {
    for (const n of [2, 5, 17, 65]) {
      const mean = Array.from({ length: n }, (_, i) => bet((i + 0.5) / n) / n).reduce(
        (a, b) => a + b,
      );
      // Convex, so below its integral over (0, 1], which is 1; the first cell alone costs more than 0.1 of it.
      assert.ok(mean <= 1 && mean > 0.3, `${n}: ${mean}`);
    }
  });
});

describe('stepEDetector', () => {
  it('is M = e·(1 + M) in logarithms', () => {
    let sum = 0;
    let logSum: number | null = null;
    for (const e of [0.5, 3, 0.01, 20, 7]) {
      sum = e * (1 + sum);
      logSum = stepEDetector(logSum, e);
      // A few roundings of numbers below 10.
      assertClose(logSum, Math.log(sum), 1e-13);
    }
  });
});
