import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderTable } from '../../../src/report/render-table.ts';
import type { ReplayRow, ReplaySummary } from '../../../src/report/replay-summary.ts';
import { summarizeRun } from '../../../src/report/summarize-run.ts';
import { LEARNING, learningRows, syntheticRows } from '../../support/synthetic-run.ts';

const QUICK = { resamples: 50, simulations: 50 };

/** A summary of rows with some tokens. */
function summaryOf(rows: readonly ReplayRow[]): ReplaySummary {
  return summarizeRun(
    {
      questions: rows.length,
      deadLettered: 0,
      complete: true,
      forwardTokens: { answer: 1200, confidence: 34, scoring: 0, training: 0 },
      rows,
    },
    QUICK,
  );
}

describe('renderTable', () => {
  it('prints aligned numbers, scope by scope', () => {
    const rows = [0.75, 0.25].map((pTrue, index): ReplayRow => {
      return { index, domain: 'geography', correct: index === 0, confidences: { pTrue } };
    });
    // ECE .25 twice, Brier 1/16, AUROC 1; the floor is that of 50 seeded simulations.
    const lines = renderTable(summaryOf(rows)).split('\n');
    assert.match(lines[0] ?? '', /^score +n +missing +mean +ECE +95% band +floor +AUROC +Brier$/);
    assert.equal(lines[2], 'all domains: accuracy 0.500 of 2');
    assert.match(lines[3] ?? '', /^P\(True\) +2 +0 +0\.500 +0\.250 +– +0\.\d{3} +1\.000 +0\.063$/);
    assert.equal(lines[5], 'geography: accuracy 0.500 of 2');
    assert.equal(lines[3]?.length, lines[0]?.length);
    assert.equal(lines[8], 'mean of the domains’ ECEs');
    assert.equal(lines[9]?.indexOf('0.250'), lines[3]?.indexOf('0.250'));
    const notes = lines.slice(11).join('\n');
    assert.match(notes, /2 questions, 2 answered, 0 dead letters; 1,234 forward tokens/);
    assert.match(notes, /Without any value: Verbalized, .*Published\.$/);
  });

  it('stays within 100 columns, ends no line with a space, and shows all scores', () => {
    const table = renderTable(summaryOf(syntheticRows(25, 1)));
    for (const line of table.split('\n')) {
      assert.ok(line.length <= 100, line);
      assert.equal(line, line.trimEnd());
    }
    for (const name of ['Verbalized with evidence', 'Token certainty', 'NormPTrue', 'Published']) {
      assert.equal(table.split(`\n${name} `).length - 1, 6, `${name}: 5 scopes and the mean`);
    }
  });

  it('lets no domain name steer the terminal or break the width', () => {
    const rows: ReplayRow[] = ['\u001b[2J\nx', '語'.repeat(200)].map((domain, index) => {
      return { index, domain, correct: null, confidences: { published: 0.5 } };
    });
    const table = renderTable(summaryOf(rows));
    assert.ok(!table.includes('\u001b'));
    // 44 columns are 22 ideographs.
    assert.ok(table.includes(`\n${'語'.repeat(22)}…: accuracy – of 0, 1 more without a label`));
  });

  it('names SECL and says what the loop did where one ran', () => {
    const summary = { ...summaryOf(learningRows(25, 1)), loop: LEARNING };
    const lines = renderTable(summary).split('\n');
    // Five scopes and the mean; the column of titles is as wide as before.
    assert.equal(lines.filter((line) => line.startsWith('Published (SECL) ')).length, 6);
    assert.ok(lines.every((line) => line.length <= 100));
    assert.ok(lines.some((line) => line.startsWith('4 bursts with 32 questions; 8 adapters acc')));
    assert.doesNotMatch(renderTable(summaryOf(learningRows(25, 1))), /SECL|burst/);
  });

  it('prints an empty run', () => {
    assert.match(renderTable(summaryOf([])), /all domains: accuracy – of 0/);
  });
});
