import type { CompareSummary, SampleSummary, Spread, StrategySummary } from './compare-summary.ts';
import { comparesRuns, comparisonRows, type ComparisonRow } from './comparison-rows.ts';
import { definitionNotes } from './definition-notes.ts';
import { formatBand, formatCount, formatFraction, formatShare } from './format-number.ts';
import { strategyTitle } from './strategy-title.ts';

/** Headings of {@link sampleCells}. */
export const SAMPLE_HEADINGS = [
  ...['strategy', 'n', 'acc.', 'ECE', '95% band', 'floor', 'per domain', 'Brier', 'AUROC'],
] as const;

/** Headings of {@link strategyCells}. */
export const STRATEGY_HEADINGS = [
  ...SAMPLE_HEADINGS,
  ...['trained', 'scored', 'tokens', 'beyond', 'seconds'],
] as const;

/** Headings of {@link reductionCells}. */
export const REDUCTION_HEADINGS = ['strategy', 'ECE', 'per domain', 'cost'] as const;

/** Headings of {@link spreadCells}. */
export const SPREAD_HEADINGS = [
  ...['strategy', 'runs', 'ECE', 'per domain', 'Brier', 'AUROC', 'tokens'],
] as const;

function marked({ name, strategy }: ComparisonRow): string {
  return name + (strategy.sampled ? ' †' : '');
}

function calibrationCells({ pooled, meanDomainEce }: SampleSummary): string[] {
  return [
    formatCount(pooled.n),
    formatFraction(pooled.accuracy),
    formatFraction(pooled.ece),
    formatBand(pooled.eceInterval),
    formatFraction(pooled.eceFloor?.mean ?? null),
    formatFraction(meanDomainEce),
    formatFraction(pooled.brier),
    formatFraction(pooled.auroc),
  ];
}

/** All rows' figures over the sampled questions; empty where the comparison has no sample, or none but them. */
export function sampleCells(rows: readonly ComparisonRow[]): string[][] {
  const cells = rows.flatMap((row) => {
    const { onSample, pooled } = row.strategy;
    if (onSample === undefined) return [];
    return [
      { cells: [marked(row), ...calibrationCells(onSample)], fewer: onSample.pooled.n < pooled.n },
    ];
  });
  return cells.some(({ fewer }) => fewer) ? cells.map((row) => row.cells) : [];
}

/** One row's figures. `beyond` is what it costs beside the answers themselves. */
export function strategyCells(row: ComparisonRow): string[] {
  const { strategy } = row;
  const { forwardTokens } = strategy;
  return [
    marked(row),
    ...calibrationCells(strategy),
    formatShare(strategy.trainedFraction),
    formatShare(strategy.scoredFraction),
    formatCount(forwardTokens.total),
    formatCount(forwardTokens.total - forwardTokens.answer),
    (strategy.modelMs / 1000).toFixed(1),
  ];
}

/** Change against verbalized confidence, and cost against NormPTrue everywhere. */
export function reductionCells(row: ComparisonRow): string[] {
  const { reduction, relativeCost } = row.strategy;
  const change = (fraction: number | null): string =>
    fraction === null ? '–' : `${fraction > 0 ? '−' : '+'}${formatShare(Math.abs(fraction))}`;
  return [
    marked(row),
    change(reduction.ece),
    change(reduction.meanDomainEce),
    relativeCost === null ? '–' : formatShare(relativeCost),
  ];
}

/** Whether any row is related to verbalized confidence or to NormPTrue everywhere. */
export function hasReductions(rows: readonly ComparisonRow[]): boolean {
  return rows.some(
    ({ strategy: { reduction, relativeCost } }) =>
      reduction.ece !== null || reduction.meanDomainEce !== null || relativeCost !== null,
  );
}

/** Mean and standard deviation over runs. */
export function spreadCells(name: string, { spread }: CompareSummary): string[] {
  const of = spread[name];
  const shown = ({ mean, standardDeviation }: Spread, format: (x: number) => string): string =>
    mean === null
      ? '–'
      : format(mean) + (standardDeviation === null ? '' : ` ± ${format(standardDeviation)}`);
  if (of === undefined) return [strategyTitle(name)];
  return [
    strategyTitle(name),
    formatCount(of.ece.n),
    ...[of.ece, of.meanDomainEce, of.brier, of.auroc].map((spreadOf) =>
      shown(spreadOf, formatFraction),
    ),
    shown(of.forwardTokens, formatCount),
  ];
}

/** Names of rows by what is said of them, `''` for nothing; rows of which the same is said are told together. */
function namesBy(
  rows: readonly ComparisonRow[],
  say: (strategy: StrategySummary) => string,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const row of rows) {
    const said = say(row.strategy);
    if (said !== '') names.set(said, [...(names.get(said) ?? []), marked(row)]);
  }
  return names;
}

/** Who left which questions unanswered. */
function unanswered(rows: readonly ComparisonRow[]): string[] {
  const byLetters = namesBy(rows, ({ deadLetters }) =>
    Object.entries(deadLetters)
      .map(([code, count]) => `${formatCount(count)} × ${code}`)
      .join(', '),
  );
  return [...byLetters].map(
    ([letters, names]) =>
      `Not answered: ${letters} (${names.join(', ')}); ` +
      '`secl dead-letters list --log` with the folder of such a run says why.',
  );
}

/** Whose figures are not over all answers: their neighbours' are over others. */
function leftOut(rows: readonly ComparisonRow[]): string[] {
  const byReason = namesBy(rows, ({ answered, pooled: { missing, unlabelled } }) => {
    const reasons = [
      ...(missing === 0 ? [] : [`${formatCount(missing)} without a confidence`]),
      ...(unlabelled === 0 ? [] : [`${formatCount(unlabelled)} without a label`]),
    ];
    return reasons.length === 0 ? '' : `${reasons.join(', ')}, of ${formatCount(answered)} answers`;
  });
  return [...byReason].map(
    ([reasons, names]) =>
      `Left out: ${reasons} (${names.join(', ')}); figures, gains too, are over the others.`,
  );
}

/** What the numbers mean, a sentence each. */
export function comparisonNotes(summary: CompareSummary): string[] {
  const { strategies, definition, runs } = summary;
  const first = runs[0];
  const rows = comparisonRows(summary);
  const shown = comparesRuns(summary)
    ? 'each run'
    : `seed ${first?.seed ?? 0}, order ${first?.order ?? 0}`;
  const sampled = Object.values(strategies).some((strategy) => strategy.sampled);
  const supervised = 'isotonic' in strategies || 'temperatureScaled' in strategies;
  return [
    `${formatCount(summary.questions)} questions, ${summary.model}` +
      (first === undefined ? '.' : `; table: ${shown}.`),
    ...unanswered(rows),
    ...leftOut(rows),
    ...definitionNotes(definition),
    'Tokens: positions that the strategy computes alone, a training position counts three; ' +
      'beyond: without those of the answers. Seconds: of the model and the trainer.',
    ...(supervised
      ? ['Labels: five-fold cross-fitting of verbalized confidence; the only rows that see any.']
      : []),
    ...(sampled ? ['† On a seeded sample of at most 100 questions a domain.'] : []),
  ];
}
