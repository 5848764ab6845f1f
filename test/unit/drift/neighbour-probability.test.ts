import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { neighbourProbability } from '../../../src/drift/neighbour-probability.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readDriftGolden } from '../../support/drift-golden.ts';

describe('neighbourProbability', () => {
  for (const { points, p } of readDriftGolden().conformal)
    it(`equals the reference, ${p}`, () => {
      assertClose(neighbourProbability(points.slice(0, -1), points.at(-1) ?? []), p, 1e-15);
    });

  it('calls points that are all alike neither near nor far', () => {
    // Five equal scores: (0 + 5/2) / 5.
    assert.equal(neighbourProbability([[1], [1], [1], [1]], [1]), 0.5);
  });

  it('favours none: over every choice of the new point, the p-values are the mid-ranks', () => {
    const point = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(point, { minLength: 4, maxLength: 12 }), (points) => {
        const p = points.map((x, i) => neighbourProbability(points.toSpliced(i, 1), x));
        assert.ok(p.every((value) => value > 0 && value < 1));
        // Mid-ranks of n values over n have a mean of 1/2, ties or not.
        assertClose(p.reduce((sum, value) => sum + value, 0) / p.length, 0.5, 1e-12);
      }),
    );
  });
});
