import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domainCells, publishedCells, scoreCells } from '../../../src/report/run-cells.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';

const runs = [syntheticRunReport('a', 1), syntheticRunReport('b', 2)];
const [first] = runs as [(typeof runs)[number]];

describe('cells of runs', () => {
  it('have as many columns as headings, and a row for each run, score and domain', () => {
    for (const { headings, rows } of [publishedCells(runs), scoreCells(runs), domainCells(runs)])
      for (const row of rows) assert.equal(row.length, headings.length);
    assert.equal(publishedCells(runs).rows.length, 2);
    assert.equal(scoreCells(runs).rows.length, 7);
    assert.deepEqual(
      domainCells(runs).rows.map(([name]) => name),
      ['geography', 'chemistry', 'arithmetic', 'calendar'],
    );
  });

  it('hold the summary’s numbers, each ECE with band and n', () => {
    const { ece, eceInterval: band } = first.summary.pooled.published;
    const [row = []] = publishedCells(runs).rows;
    assert.deepEqual(row.slice(0, 2), ['a', '48']);
    assert.equal(row[4], ece?.toFixed(3));
    assert.equal(
      scoreCells(runs).rows.at(-1)?.[1],
      `${ece?.toFixed(3)} (${band?.low.toFixed(3)}–${band?.high.toFixed(3)}), n 48`,
    );
  });

  it('have a dash where a run lacks a domain', () => {
    const without = { ...first, summary: { ...first.summary, domains: {} } };
    const [row = []] = domainCells([without, first]).rows;
    assert.equal(row[1], '–');
    assert.match(row[2] ?? '', /, n 12$/);
  });
});
