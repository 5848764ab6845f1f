import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
});
