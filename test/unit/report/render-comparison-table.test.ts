import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderComparisonTable } from '../../../src/report/render-comparison-table.ts';
import { singleStrategy, syntheticComparison } from '../../support/synthetic-comparison.ts';

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

  it('sets all side by side on the sampled questions, where others have more', () => {
    assert.doesNotMatch(renderComparisonTable(syntheticComparison()), /sampled questions alone/);
    const { strategies, ...rest } = syntheticComparison();
    const { verbalized, dinco } = strategies;
    assert.ok(verbalized !== undefined && dinco?.onSample !== undefined);
    const pooled = { ...verbalized.pooled, n: 400 };
    const text = renderComparisonTable({
      ...rest,
      strategies: { verbalized: { ...verbalized, pooled }, dinco },
    });
    const [, block = ''] = text.split('\nOn the sampled questions alone:\n');
    const [header = '', first = '', second = ''] = block.split('\n');
    assert.match(header, /^strategy +n +acc\. +ECE +95% band +floor +per domain +Brier +AUROC$/);
    assert.match(first, /^Verbalized +100 +0\.\d{3} /);
    assert.match(second, /^DINCO † +100 +0\.\d{3} /);
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

  it('tells what is left out, strategies with the same together', () => {
    const { strategies, ...rest } = syntheticComparison();
    const gaps = Object.fromEntries(
      Object.entries(strategies).map(([name, strategy]) => [
        name,
        {
          ...strategy,
          pooled: { ...strategy.pooled, unlabelled: 3, missing: name === 'verbalized' ? 0 : 7 },
        },
      ]),
    );
    const text = renderComparisonTable({ ...rest, strategies: gaps });
    assert.match(text, /\nLeft out: 3 without a label, of 100 answers \(Verbalized\); /);
    assert.match(
      text,
      /\nLeft out: 7 without a confidence, 3 without a label, of 100 answers \(NormPTrue, DINCO †\); /,
    );
    assert.doesNotMatch(renderComparisonTable(syntheticComparison()), /Left out/);
  });

  it('sets the runs of a single strategy side by side', () => {
    const one = singleStrategy([1, 2, 3]);
    const lines = renderComparisonTable(one).split('\n');
    one.runs.forEach(({ seed, strategies }, i) => {
      const { ece } = strategies['verbalized']?.pooled ?? {};
      const line = lines[i + 1] ?? '';
      assert.ok(line.startsWith(`Verbalized, seed ${seed}  `), line);
      assert.ok(line.includes(ece?.toFixed(3) ?? 'no ECE'), line);
    });
    assert.match(lines.join('\n'), /; table: each run\.\n/);
    assert.match(
      renderComparisonTable(singleStrategy([1])),
      /^Verbalized  .*; table: seed 1, order 0\.$/ms,
    );
  });

  it('says what NormPTrue is a measure of where nothing is verbalized', () => {
    const { strategies, ...rest } = syntheticComparison();
    const { verbalized: _, ...others } = strategies;
    const unrelated = Object.fromEntries(
      Object.entries(others).map(([name, strategy]) => [
        name,
        { ...strategy, reduction: { ece: null, meanDomainEce: null } },
      ]),
    );
    const text = renderComparisonTable({ ...rest, strategies: unrelated });
    assert.match(text, /\nNormPTrue +– +– +100\.0%\n/);
  });

  it('explains band and floor only where they are', () => {
    const { definition, ...rest } = syntheticComparison();
    const interval = { ...definition.interval, resamples: 0 };
    const bare = { ...definition, interval, floorSimulations: 0 };
    assert.match(renderComparisonTable({ ...rest, definition }), /Band: .*\nFloor: /);
    assert.doesNotMatch(renderComparisonTable({ ...rest, definition: bare }), /Band:|Floor:/);
  });

  it('has a table of nothing', () => {
    const empty = { ...syntheticComparison([], []), complete: false };
    assert.match(renderComparisonTable(empty), /^strategy/);
  });
});
