import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { courseOf, courseWindow, domainRuns } from '../../../src/report/course.ts';
import type { ReplayRow } from '../../../src/report/replay-summary.ts';
import { assertClose } from '../../support/assert-close.ts';

const OPTIONS = { bins: 10, seed: 1 };

/** Rows that say `f` and are right where `right` says so. */
function rowsOf(n: number, f: number | null, right: (i: number) => boolean): ReplayRow[] {
  return Array.from({ length: n }, (_, index) => {
    return { index, domain: 'a', correct: right(index), confidences: { published: f } };
  });
}

describe('courseOf', () => {
  it('follows the newest answers, and only them', () => {
    // 400 answers, window 40: right until 199, wrong from 200 on, always saying 0.75.
    const { window, points } = courseOf(
      rowsOf(400, 0.75, (i) => i < 200),
      'published',
      OPTIONS,
    );
    assert.equal(window, 40);
    const at = (index: number) => points.find((point) => point.index >= index);
    assert.deepEqual([at(150)?.accuracy, at(250)?.accuracy], [1, 0]);
    assertClose(at(150)?.ece, 0.25, 1e-12);
    assertClose(at(250)?.ece, 0.75, 1e-12);
    assertClose(at(250)?.mean, 0.75, 1e-12);
    // E|Binomial(40, .75) / 40 - .75| is near sqrt(2 / pi) · .0685 = .055; 40 simulations.
    assertClose(at(250)?.floor, 0.055, 0.025);
    assert.equal(points.at(-1)?.index, 399);
    assert.ok(points.length <= 120);
  });

  it('takes the bins it is told', () => {
    // .2 right and .8 wrong, by turns: |1 - .2| and |0 - .8| in two bins, |.5 - .5| in one.
    const rows = rowsOf(40, 0.2, () => true).map((row, i) =>
      i % 2 === 0 ? row : { ...row, correct: false, confidences: { published: 0.8 } },
    );
    const ends = [2, 1].map(
      (bins) => courseOf(rows, 'published', { bins, seed: 1 }).points.at(-1)?.ece,
    );
    assertClose(ends[0], 0.8, 1e-12);
    assertClose(ends[1], 0, 1e-12);
  });

  it('draws nothing where fewer than ten answers count', () => {
    const { points } = courseOf(
      rowsOf(30, 0.5, () => true),
      'published',
      OPTIONS,
    );
    assert.deepEqual(
      points.map(({ accuracy }) => accuracy !== null),
      points.map(({ n }) => n >= 10),
    );
    assert.equal(points[8]?.accuracy, null);
    assert.equal(points[9]?.accuracy, 1);
    const missing = courseOf(
      rowsOf(30, null, () => true),
      'published',
      OPTIONS,
    );
    assert.ok(missing.points.every(({ ece, n }) => ece === null && n === 0));
    assert.deepEqual(courseOf([], 'published', OPTIONS).points, []);
  });

  it('takes windows of a tenth, between 20 and 100', () => {
    assert.deepEqual([10, 400, 5000].map(courseWindow), [20, 40, 100]);
  });
});

describe('domainRuns', () => {
  it('cuts where the domain changes, and keeps the indexes of the stream', () => {
    const rows = ['a', 'a', 'b', null, 'a'].map((domain, i): ReplayRow => {
      return { index: i * 2, domain, correct: null, confidences: {} };
    });
    assert.deepEqual(domainRuns(rows), [
      { domain: 'a', from: 0, to: 2 },
      { domain: 'b', from: 4, to: 4 },
      { domain: null, from: 6, to: 6 },
      { domain: 'a', from: 8, to: 8 },
    ]);
    assert.deepEqual(domainRuns([]), []);
  });
});
