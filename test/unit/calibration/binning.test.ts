import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { binOfRows, equalWidthBinOf, totalBins } from '../../../src/calibration/binning.ts';
import { rowsOf } from '../../support/calibration-golden.ts';

describe('equalWidthBinOf', () => {
  it('puts an edge into the bin above, and 1 into the last', () => {
    const edges = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    assert.deepEqual(
      edges.map((edge) => equalWidthBinOf(edge, 10)),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9],
    );
  });

  it('is right where the product rounds below the edge', () => {
    // 0.29 * 100 is 28.999999999999996 in doubles, but 0.29 is the edge 29 / 100.
    assert.equal(0.29 * 100 < 29, true);
    assert.equal(equalWidthBinOf(0.29, 100), 29);
  });

  it('agrees with the definition of the bin, b / bins <= f < (b + 1) / bins', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 0, max: 200 }).map((k) => k / 200),
        ),
        fc.integer({ min: 1, max: 200 }),
        (f, bins) => {
          const bin = equalWidthBinOf(f, bins);
          assert.ok(bin >= 0 && bin < bins && bin / bins <= f);
          assert.ok(bin === bins - 1 || f < (bin + 1) / bins);
        },
      ),
    );
  });
});

describe('binOfRows with equal mass', () => {
  it('cuts rows without ties into quantiles', () => {
    const data = rowsOf([0.9, 0.1, 0.5, 0.3, 0.2, 0.8], [0, 0, 0, 0, 0, 0]);
    assert.deepEqual([...binOfRows(data, { kind: 'equal-mass', bins: 3 })], [2, 0, 1, 1, 0, 2]);
  });

  it('never cuts a tie: three of four rows at 0.8 share a bin', () => {
    // Mid-ranks: 0.1 → 0.5, 0.8 → (1 + 4) / 2 = 2.5 of 4; with two bins floor(2 * 2.5 / 4) = 1.
    const data = rowsOf([0.8, 0.8, 0.1, 0.8], [0, 1, 0, 1]);
    assert.deepEqual([...binOfRows(data, { kind: 'equal-mass', bins: 2 })], [1, 1, 0, 1]);
  });

  it('gives equal confidences equal bins, in any order, and counts each row once', () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 10 }).map((k) => k / 10),
      fc.constantFrom<0 | 1>(0, 1),
    );
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (rows, bins) => {
          const binning = { kind: 'equal-mass', bins } as const;
          const forward = rowsOf(
            rows.map(([f]) => f),
            rows.map(([, y]) => y),
          );
          const backward = rowsOf(rows.map(([f]) => f).reverse(), rows.map(([, y]) => y).reverse());
          const binOfValue = new Map<number, number>();
          for (const [i, bin] of binOfRows(forward, binning).entries()) {
            const value = forward.confidence[i] as number;
            assert.equal(binOfValue.get(value) ?? bin, bin);
            binOfValue.set(value, bin);
          }
          assert.deepEqual(
            [...binOfRows(forward, binning)],
            [...binOfRows(backward, binning)].reverse(),
          );
          const totals = totalBins(forward, binning);
          assert.equal(
            totals.n.reduce((a, b) => a + b, 0),
            rows.length,
          );
        },
      ),
    );
  });
});

describe('binOfRows', () => {
  for (const bins of [0, -1, 1.5, Number.NaN]) {
    it(`refuses ${bins} bins`, () => {
      assert.throws(() => binOfRows(rowsOf([], []), { kind: 'equal-width', bins }), {
        code: 'PRECONDITION',
      });
    });
  }
});
