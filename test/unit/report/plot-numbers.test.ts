import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { courseNumbers, reliabilityNumbers } from '../../../src/report/plot-numbers.ts';

/** The texts of the cells, row by row. */
function cellsOf(markup: { toString(): string }): string[][] {
  return markup
    .toString()
    .split('<tr>')
    .slice(1)
    .map((row) => [...row.matchAll(/<t[hd][^>]*>([^<]*)</g)].map(([, text = '']) => text));
}

describe('numbers of plots', () => {
  it('of a diagram are its bins', () => {
    const bins = [
      ...[{ low: 0.25, high: 0.5, n: 1200, meanConfidence: 0.3125, accuracy: 0.25 }],
    ].map((bin) => ({ ...bin, accuracyLow: 0.125, accuracyHigh: 0.375 }));
    const definition = { name: 'x', estimator: 'x', options: {} } as never;
    assert.deepEqual(cellsOf(reliabilityNumbers({ bins, definition }))[1], [
      ...['0.25–0.50', '1,200', '0.313', '0.250', '0.125–0.375'],
    ]);
  });

  it('of a course are the windows that are drawn', () => {
    const empty = {
      ...{ index: 3, n: 4, accuracy: null, accuracyLow: null, accuracyHigh: null },
      ...{ mean: null, ece: null, floor: null },
    };
    const point = {
      ...{ index: 19, n: 20, accuracy: 0.5, accuracyLow: 0.25, accuracyHigh: 0.75 },
      ...{ mean: 0.625, ece: 0.125, floor: null },
    };
    assert.deepEqual(cellsOf(courseNumbers({ window: 20, points: [empty, point] })).slice(1), [
      ['19', '20', '0.500', '0.250–0.750', '0.625', '0.125', '–'],
    ]);
  });
});
