import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderReport } from '../../../src/report/render-report.ts';
import { renderRunsPage } from '../../../src/report/render-runs-page.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';

describe('renderRunsPage', () => {
  it('shows one run as its own page', () => {
    const run = syntheticRunReport('a', 1);
    assert.equal(renderRunsPage([run]), renderReport(run));
  });

  it('sets several side by side: a plot of all, and diagram and course of each, with n and interval', () => {
    const page = renderRunsPage([syntheticRunReport('a', 1), syntheticRunReport('b', 2)]);
    assert.equal(page.match(/aria-label="Expected calibration error by run: a 0\./g)?.length, 1);
    assert.equal(page.match(/aria-label="Reliability diagram of /g)?.length, 2);
    assert.equal(page.match(/aria-label="Course of /g)?.length, 2);
    assert.equal(page.match(/<figcaption>[^<]*n 48[^<]*95% 0\.\d{3}–0\.\d{3}/g)?.length, 4);
    assert.equal(page.match(/<summary>Numbers<\/summary>/g)?.length, 4);
    assert.doesNotMatch(page, /NaN|Infinity|undefined|\[object/);
    assert.doesNotMatch(page, /<script|https?:|\ssrc=|\shref=/);
  });

  it('escapes every text, and does without a label', () => {
    const bad = '<img src=x onerror="alert(1)">';
    const unlabelled = syntheticRunReport('b', 2);
    const rows = unlabelled.rows.map((row) => ({ ...row, correct: null, domain: bad }));
    const page = renderRunsPage([
      syntheticRunReport('a', 1, { title: bad, model: bad, notes: [bad], publishedSource: bad }),
      { ...unlabelled, rows, title: 'b' },
    ]);
    assert.doesNotMatch(page, /<img/);
    assert.ok(page.includes('&lt;img'));
  });
});
