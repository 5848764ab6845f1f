import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderReport } from '../../../src/report/render-report.ts';
import type { ReplayReport } from '../../../src/report/replay-report.ts';
import type { ReplayRow } from '../../../src/report/replay-summary.ts';
import { summarizeRun } from '../../../src/report/summarize-run.ts';
import { LEARNING, learningRows, syntheticReport } from '../../support/synthetic-run.ts';

/** The synthetic report with other rows. */
function reportOf(rows: readonly ReplayRow[], changes: Partial<ReplayReport> = {}): ReplayReport {
  const summary = summarizeRun(
    {
      questions: rows.length,
      deadLettered: 0,
      complete: true,
      forwardTokens: { answer: 0, confidence: 0, scoring: 0, training: 0 },
      rows,
    },
    { resamples: 20, simulations: 20 },
  );
  return { ...syntheticReport(1, 1), summary, rows, ...changes };
}

/** The report of rows that a loop left, with its adapters. */
function learningReport(rows: readonly ReplayRow[]): ReplayReport {
  const report = reportOf(rows);
  const adapters = Array.from({ length: 8 }, (_, i) => ({
    ...({ version: i + 1, decision: 'accepted', code: 'none', reason: 'holds up' } as const),
    ...{ active: i === 7, trainedOn: 12, loss: { before: 0.5, after: 0.25 } },
    heldOutError: { before: 0.125, after: 0.0625 },
  }));
  const refused = {
    ...({ version: 9, decision: 'refused', code: 'MEAN_MOVED', reason: 'too far' } as const),
    ...{ active: false, trainedOn: null, loss: null, heldOutError: null },
  };
  return {
    ...report,
    summary: { ...report.summary, loop: LEARNING },
    adapters: [...adapters, refused],
  };
}

/** Elements that are opened and never closed, or the other way round; void ones apart. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const body = page.replace(/<!doctype html>/, '').replace(/<style>[^]*?<\/style>/, '');
  for (const [, slash, name = '', rest = ''] of body.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
    if (slash === '/') {
      if (open.pop() !== name) return [`</${name}> after ${open.join(' ')}`];
    } else if (!rest.endsWith('/')) open.push(name);
  }
  return open;
}

describe('renderReport', () => {
  const page = renderReport(syntheticReport(30, 3));

  it('is one balanced document that is the same each time', () => {
    assert.match(page, /^<!doctype html>/);
    assert.deepEqual(unbalanced(page), []);
    assert.equal(renderReport(syntheticReport(30, 3)), page);
  });

  it('loads nothing and runs nothing', () => {
    assert.doesNotMatch(page, /<(?:script|link|img|iframe|object|embed|base|form)\b/);
    assert.doesNotMatch(page, /https?:|\burl\(|@import|\ssrc=|\shref=|\son[a-z]+=/);
    assert.match(page, /default-src &#39;none&#39;|default-src 'none'/);
  });

  it('follows the reader’s light or dark setting', () => {
    assert.match(page, /prefers-color-scheme: dark/);
  });

  it('shows every score’s diagram, course and numbers, with n and interval', () => {
    const { summary } = syntheticReport(30, 3);
    // Seven reliability diagrams and seven courses.
    assert.equal(page.match(/aria-label="Reliability diagram of /g)?.length, 7);
    assert.equal(page.match(/aria-label="Course of /g)?.length, 7);
    assert.equal(page.match(/<figcaption>[^<]*n 1[012]\d[^<]*95% 0\.\d{3}–0\.\d{3}/g)?.length, 14);
    for (const [domain, scope] of Object.entries(summary.domains)) {
      assert.ok(page.includes(domain));
      assert.ok(page.includes((scope.verbalized.ece ?? NaN).toFixed(3)));
    }
    assert.ok(page.includes((summary.meanDomainEce.pTrue ?? NaN).toFixed(3)));
    assert.ok(page.includes('a83e02bd5517fc90'), 'provenance');
    assert.doesNotMatch(page, /NaN|Infinity|undefined|\[object/);
  });

  it('escapes every text it is given', () => {
    const bad = `<img src=x onerror="alert('1')">&`;
    const rows = syntheticReport(12, 3).rows.map((row) => ({ ...row, domain: bad }));
    const report = reportOf(rows, {
      ...{ title: bad, model: bad, topology: bad, startedAt: bad, publishedSource: bad },
      provenance: [{ name: bad, value: bad }],
    });
    const hostile = renderReport(report);
    assert.doesNotMatch(hostile, /<img/);
    assert.deepEqual(unbalanced(hostile), []);
    assert.ok(hostile.includes('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;'));
  });

  it('shows bursts and adapters where a loop ran, and nothing of them elsewhere', () => {
    const rows = learningRows(30, 3);
    const learnt = renderReport(learningReport(rows));
    assert.deepEqual(unbalanced(learnt), []);
    assert.doesNotMatch(learnt, /NaN|Infinity|undefined|\[object/);
    // In the course of the published confidence alone: four bursts, and a new version twice in each. One
    // more of each stands in the key.
    assert.equal(learnt.match(/class="burst"/g)?.length, 4 + 1);
    assert.equal(learnt.match(/class="version"/g)?.length, 8 + 1);
    assert.match(learnt, /<h2>Bursts and adapters<\/h2>/);
    assert.match(learnt, /4 bursts with 32 questions; 8 adapters accepted, 1 refused/);
    assert.match(learnt, /Published \(SECL\)/);
    assert.match(learnt, /one that spans a change of the adapter its versions\. A\s+short/);
    // Third domain: burst 3 begins at 60.
    const cells = learnt.replace(/\n/g, '');
    assert.match(cells, /row">3<\/th><td>60<\/td><td>8<\/td><td>3<\/td><td class="words">arithmet/);
    assert.match(cells, /row">8<\/th><td class="words">accepted, acts<\/td><td>12<\/td>/);
    assert.match(cells, /<td>0\.5000 → 0\.2500<\/td><td>0\.1250 → 0\.0625<\/td>/);
    assert.match(
      cells,
      /refused<\/td><td>–<\/td><td>–<\/td><td>–<\/td><td class="words">too far \(MEAN/,
    );
    assert.doesNotMatch(
      page,
      /class="burst"|class="version"|Bursts and adapters|SECL|change of the adapter/,
    );
  });

  it('escapes what the loop says', () => {
    const bad = '<script>alert(1)</script>';
    const rows = learningRows(12, 3).map((row) => ({ ...row, domain: bad }));
    const report = learningReport(rows);
    const hostile = renderReport({
      ...report,
      summary: { ...report.summary, loop: { ...LEARNING, gate: bad } },
      adapters: report.adapters.map((fate) => ({ ...fate, code: bad, reason: bad })),
    });
    assert.doesNotMatch(hostile, /<script/);
    assert.deepEqual(unbalanced(hostile), []);
  });

  it('shows the first of very many versions, and says how many more there are', () => {
    const rows = learningRows(10, 3);
    const report = learningReport(rows);
    const [fate] = report.adapters;
    assert.ok(fate !== undefined);
    const adapters = Array.from({ length: 1502 }, (_, i) => ({ ...fate, version: i + 1 }));
    assert.match(renderReport({ ...report, adapters }), /and 1,002 more/);
  });

  it('says when nothing is measured, when the run was cut short, and what is absent', () => {
    const none = renderReport(reportOf([], { complete: false }));
    assert.match(none, /nothing can be measured/);
    assert.match(none, /stopped before its end/);
    assert.deepEqual(unbalanced(none), []);
    const one: ReplayRow = { index: 0, domain: null, correct: true, confidences: { pTrue: 1 } };
    const single = renderReport(reportOf([one]));
    assert.match(single, /No answer has a value for: Verbalized,/);
    assert.doesNotMatch(single, /NaN|Infinity|undefined|stopped before/);
    assert.deepEqual(unbalanced(single), []);
  });

  it('explains no band and no floor where none was asked for', () => {
    const report = syntheticReport(30, 3);
    const { rows, summary } = report;
    const bare = summarizeRun({ ...summary, rows }, { resamples: 0, simulations: 0 });
    const without = renderReport({ ...report, summary: bare });
    assert.match(without, /no band was asked for/);
    assert.doesNotMatch(without, /too few answers|0 resamples|0 simulations/);
    assert.deepEqual(unbalanced(without), []);
    assert.match(page, /\(200\s+resamples/);
    assert.match(page, /\(200\s+simulations/);
  });

  it('counts the domains that its mean is over', () => {
    const { rows } = syntheticReport(30, 3);
    const tile = (report: ReplayReport): string =>
      /Mean of domains’ ECEs<\/span><b>[^<]*<\/b><span>([^<]*)/.exec(renderReport(report))?.[1] ??
      '';
    assert.equal(tile(reportOf(rows)), 'of 4 with labels');
    const unlabelled = rows.map((row) =>
      row.domain === 'calendar' ? { ...row, correct: null } : row,
    );
    assert.equal(tile(reportOf(unlabelled)), 'of 3 with labels');
  });

  it('stays readable when the domain changes at every question', () => {
    const { rows } = syntheticReport(100, 5);
    const blended = rows.map((_, i) => {
      const row = rows[(i % 4) * 100 + Math.floor(i / 4)] as ReplayRow;
      return { ...row, index: i };
    });
    // No boundary lines where stretches are too narrow to tell apart.
    assert.doesNotMatch(renderReport(reportOf(blended)), /class="boundary"/);
    assert.match(renderReport(reportOf(rows)), /class="boundary"/);
  });
});
