import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { auroc } from '../../../src/calibration/auroc.ts';
import { estimatedAuroc } from '../../../src/calibration/estimated-auroc.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { assertClose } from '../../support/assert-close.ts';
import { rowsOf } from '../../support/calibration-golden.ts';

describe('estimatedAuroc', () => {
  it('equals the label-free value worked out from the formula of NannyML', () => {
    // Pairs f_i (1 - f_j): .9 (.2 + .7 + .9) + .8 (.7 + .9) + .3 · .9 = 3.17; each row with itself,
    // half: (.09 + .16 + .21 + .09) / 2 = .275; over 2.1 · 1.9 = 3.99.
    assertClose(estimatedAuroc([0.3, 0.9, 0.1, 0.8]), 3.445 / 3.99, 1e-15);
    assertClose(estimatedAuroc([0.9, 0.8, 0.3, 0.1]), 0.863409, 5e-7);
  });

  it('is what labels drawn from the confidences show', () => {
    const random = seededRandom(3);
    const f = Array.from({ length: 20000 }, () => Math.floor(random.next() * 50) / 50);
    const y = f.map((p) => (random.next() < p ? 1 : 0));
    // Standard error of AUROC here is at most sqrt(.25 / 10000) = .005; half of it is seen.
    assertClose(auroc(rowsOf(f, y)).value, estimatedAuroc(f) as number, 0.01);
  });

  it('is null where nothing can be ranked', () => {
    for (const f of [[], [0, 0], [1, 1]]) assert.equal(estimatedAuroc(f), null);
  });

  it('refuses what is no fraction', () => {
    assert.throws(() => estimatedAuroc([Number.NaN]), { code: 'PRECONDITION' });
    assert.throws(() => estimatedAuroc([1.1]), { code: 'PRECONDITION' });
  });
});
