import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gateThreshold } from '../../../src/drift/gate-threshold.ts';
import { simulateRunLengths } from '../../../src/drift/simulate-run-lengths.ts';
import { RUN_LENGTHS, THRESHOLDS, WARM_UPS } from '../../../src/drift/threshold-table.ts';
import { assertClose } from '../../support/assert-close.ts';

describe('gateThreshold', () => {
  it('is the table at its entries', () => {
    WARM_UPS.forEach((warmUp, row) =>
      RUN_LENGTHS.forEach((runLength, column) => {
        const entry = THRESHOLDS.cusum.two[row]?.[column];
        assert.equal(gateThreshold('cusum', 'two', runLength, warmUp), entry);
      }),
    );
  });

  it('is linear in logarithms between them, and holds at the ends', () => {
    const [low = 0, high = 0] = THRESHOLDS.cusum.one[1] ?? [];
    // √(100·300) is half way in logarithms; a few roundings of numbers below 10.
    assertClose(gateThreshold('cusum', 'one', Math.sqrt(30000), 16), (low + high) / 2, 1e-12);
    assert.equal(gateThreshold('cusum', 'one', 50, 16), low);
    assert.equal(gateThreshold('cusum', 'one', 300, 4), gateThreshold('cusum', 'one', 300, 8));
  });

  it('is the logarithm of the run length for the e-detector', () => {
    assert.equal(gateThreshold('e-detector', 'one', 500, 16), Math.log(500));
  });

  it('refuses what was not simulated', () => {
    for (const runLength of [1, 10001, Number.NaN])
      assert.throws(() => gateThreshold('cusum', 'one', runLength, 16), { code: 'PRECONDITION' });
  });

  for (const detector of ['cusum', 'page-hinkley', 'adwin', 'e-detector'] as const)
    for (const sides of ['one', 'two'] as const)
      it(`leaves the run length it promises: ${detector}, ${sides}-sided, by draws of another seed`, () => {
        const runs = 300;
        const [length = 0] = simulateRunLengths({
          ...{ detector, sides, warmUp: 16, runs, maxLength: 10000, seed: 99 },
          thresholds: [gateThreshold(detector, sides, 300, 16)],
        });
        // Near exponential, so four standard errors: 4·300/√300. An upper end keeps thresholds from being lax in
        // the other direction; the e-detector's guarantee may be kept several times over.
        const error = (4 * 300) / Math.sqrt(runs);
        assert.ok(length > 300 - error, `${length}`);
        assert.ok(length < (detector === 'e-detector' ? 20 : 2) * 300, `${length}`);
      });
});
