import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
});
