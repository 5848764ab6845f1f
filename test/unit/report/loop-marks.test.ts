import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawBursts, drawVersions } from '../../../src/report/loop-marks.ts';
import { linearScale } from '../../../src/report/plot-frame.ts';

/** One pixel a question from 100 on, so that numbers can be told by looking. */
const area = { x: linearScale([0, 400], [100, 500]), top: 10, bottom: 60 };

describe('drawBursts', () => {
  it('shades from the first question to the last, half a question on both sides, within the plot', () => {
    const bursts = [
      { burst: 1, from: 0, to: 3, answers: 4, incident: 1, domains: ['a'] },
      { burst: 2, from: 10, to: 29, answers: 19, incident: 2, domains: ['a'] },
    ];
    const svg = drawBursts(bursts, area).toString();
    const boxes = [...svg.matchAll(/x="([^"]+)"\s+width="([^"]+)"\s+y="10"\s+height="50"/g)];
    assert.deepEqual(
      boxes.map(([, x, width]) => [x, width]),
      [
        ['100', '3.5'],
        ['109.5', '20'],
      ],
    );
    assert.match(svg, /burst 2: questions 10 to 29, 19 answered/);
  });
});

describe('drawVersions', () => {
  const drawn = (changes: readonly (readonly [number, number])[]) => {
    const svg = drawVersions(
      changes.map(([index, version]) => ({ index, version })),
      area,
    ).toString();
    return {
      svg,
      lines: [...svg.matchAll(/x1="([^"]+)"/g)].map(([, at]) => Number(at)),
      numbers: [...svg.matchAll(/<text[^>]*>(\d+)<\/text>/g)].map(([, version]) => Number(version)),
    };
  };

  it('draws a line before the first question of a version, and its number', () => {
    const { svg, lines, numbers } = drawn([
      [50, 1],
      [100, 2],
      [150, 0],
    ]);
    assert.deepEqual(lines, [149.5, 199.5, 249.5]);
    assert.deepEqual(numbers, [1, 2, 0]);
    assert.match(svg, /version 2\s+acts from question 100 on|version 2 acts from question 100 on/);
    assert.match(svg, /no adapter acts from question 150 on/);
  });

  it('leaves out numbers that would overlap, and lines that would become a block', () => {
    // A version every question: a line every third pixel, a number of one digit every 15.
    const { lines, numbers } = drawn(
      Array.from({ length: 90 }, (_, i) => [i + 1, (i % 9) + 1] as const),
    );
    assert.equal(lines.length, 30);
    assert.equal(numbers.length, 6);
  });
});
