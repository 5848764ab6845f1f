import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderComparisonTable } from '../../../src/report/render-comparison-table.ts';
import { syntheticComparison } from '../../support/synthetic-comparison.ts';

describe('renderComparisonTable', () => {
  it('has a row of every strategy with its figures, in columns', () => {
    const summary = syntheticComparison();
    const lines = renderComparisonTable(summary).split('\n');
    const [header = '', verbalized = '', everywhere = '', sampled = ''] = lines;
    assert.match(header, /^strategy +n +acc\. +ECE +95% band/);
    const { ece, eceInterval } = summary.strategies['verbalized']?.pooled ?? {};
    assert.ok(
      verbalized.includes(`${ece?.toFixed(3)}  ${eceInterval?.low.toFixed(3)}–`),
      verbalized,
    );
    assert.match(everywhere, /^NormPTrue .* 6,000 +5,000 +1\.2$/);
    assert.match(sampled, /^DINCO † /);
    assert.equal(new Set([header, verbalized, everywhere].map((line) => line.length)).size, 1);
  });

  it('says what is gained over verbalized, and nothing of samples', () => {
    const text = renderComparisonTable(syntheticComparison());
    assert.match(text, /\nNormPTrue +[−+][\d.]+% +[−+][\d.]+% +100\.0%\n/);
    assert.match(text, /\nDINCO † +– +– +–\n/);
    assert.match(text, /seeded sample/);
    assert.doesNotMatch(text, /cross-fitting/);
  });

  it('shows the spread of several runs alone', () => {
    assert.doesNotMatch(renderComparisonTable(syntheticComparison()), / ± /);
    const text = renderComparisonTable(syntheticComparison(['a'], [1, 2, 3]));
    assert.match(text, /over 3 runs/);
    assert.match(text, /\nVerbalized +3 +0\.\d{3} ± 0\.\d{3} /);
  });

  it('tells questions without an answer, strategies with the same ones together', () => {
    const { strategies, ...rest } = syntheticComparison();
    const unanswered = Object.fromEntries(
      Object.entries(strategies).map(([name, strategy]) => [
        name,
        {
          ...strategy,
          deadLetters: {
            CONTEXT_OVERFLOW: 1200,
            ...(strategy.sampled ? { RECORD_INVALID: 1 } : {}),
          },
        },
      ]),
    );
    const text = renderComparisonTable({ ...rest, strategies: unanswered });
    assert.match(text, /\nNot answered: 1,200 × CONTEXT_OVERFLOW \(Verbalized, NormPTrue\); /);
    assert.match(
      text,
      /\nNot answered: 1,200 × CONTEXT_OVERFLOW, 1 × RECORD_INVALID \(DINCO †\); /,
    );
    assert.doesNotMatch(renderComparisonTable(syntheticComparison()), /Not answered/);
  });

  it('has a table of nothing', () => {
    const empty = { ...syntheticComparison([], []), complete: false };
    assert.match(renderComparisonTable(empty), /^strategy/);
  });
});
