import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { likenessProbability } from '../../../src/drift/likeness-probability.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readDriftGolden } from '../../support/drift-golden.ts';

describe('likenessProbability', () => {
  for (const { settled, recent, point, p } of readDriftGolden().likeness)
    it(`equals the reference, ${p}, with ${recent.length} waiting`, () => {
      assertClose(likenessProbability(settled, recent, point), p, 1e-15);
    });

  it('ranks first what lies where the newest do, within the cloud of the settled', () => {
    const settled = [[-9], [-6], [-3], [0], [3], [6]];
    // No settled point is as high as 7: the least p of seven, (0 + 1/2) / 7; half way, two of six are higher.
    assertClose(likenessProbability(settled, [[7]], [7]), 0.5 / 7, 1e-15);
    assertClose(likenessProbability(settled, [[7]], [1]), 2.5 / 7, 1e-15);
  });

  it('listens to the newest of the waiting ones', () => {
    const settled = [[-2], [-1], [0], [1], [2]];
    const [up, down] = [
      [[-3], [3]],
      [[3], [-3]],
    ];
    assert.ok(likenessProbability(settled, up, [2.5]) < 0.2);
    assert.ok(likenessProbability(settled, down, [2.5]) > 0.8);
  });

  it('calls nothing alike where none waits, or all are the same', () => {
    assert.equal(likenessProbability([[1], [2]], [], [3]), 0.5);
    assert.equal(likenessProbability([[1], [1], [1]], [[1]], [1]), 0.5);
  });

  it('favours none, whatever waits: over every choice of the new point, the p-values are the mid-ranks', () => {
    // Scores of equal points would differ by rounding, and tell them apart.
    const point = fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 3, maxLength: 3 });
    const distinct = fc.uniqueArray(point, { minLength: 4, maxLength: 12, selector: String });
    fc.assert(
      fc.property(distinct, fc.array(point, { minLength: 1, maxLength: 16 }), (points, recent) => {
        const p = points.map((x, i) => likenessProbability(points.toSpliced(i, 1), recent, x));
        assert.ok(p.every((value) => value > 0 && value < 1));
        // Two that are equally alike may be ranked either way by rounding, which moves the mean by 1/n² at most.
        const mean = p.reduce((sum, value) => sum + value, 0) / p.length;
        assertClose(mean, 0.5, 1e-12 + 1 / points.length ** 2);
      }),
    );
  });
});
