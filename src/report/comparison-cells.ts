import type { CompareSummary, Spread, StrategySummary } from './compare-summary.ts';
import { formatBand, formatCount, formatFraction, formatShare } from './format-number.ts';
import { strategyTitle } from './strategy-title.ts';

/** Headings of {@link strategyCells}. */
export const STRATEGY_HEADINGS = [
  ...['strategy', 'n', 'acc.', 'ECE', '95% band', 'floor', 'per domain', 'Brier', 'AUROC'],
  ...['trained', 'scored', 'tokens', 'beyond', 'seconds'],
] as const;

/** Headings of {@link reductionCells}. */
export const REDUCTION_HEADINGS = ['strategy', 'ECE', 'per domain', 'cost'] as const;

/** Headings of {@link spreadCells}. */
export const SPREAD_HEADINGS = [
  ...['strategy', 'runs', 'ECE', 'per domain', 'Brier', 'AUROC', 'tokens'],
] as const;

function named(name: string, { sampled }: StrategySummary): string {
  return strategyTitle(name) + (sampled ? ' †' : '');
}

/** One strategy's figures. `beyond` is what it costs beside the answers themselves. */
export function strategyCells(name: string, strategy: StrategySummary): string[] {
  const { pooled, meanDomainEce, forwardTokens } = strategy;
  return [
    named(name, strategy),
    formatCount(pooled.n),
    formatFraction(pooled.accuracy),
    formatFraction(pooled.ece),
    formatBand(pooled.eceInterval),
    formatFraction(pooled.eceFloor?.mean ?? null),
    formatFraction(meanDomainEce),
    formatFraction(pooled.brier),
    formatFraction(pooled.auroc),
    formatShare(strategy.trainedFraction),
    formatShare(strategy.scoredFraction),
    formatCount(forwardTokens.total),
    formatCount(forwardTokens.total - forwardTokens.answer),
    (strategy.modelMs / 1000).toFixed(1),
  ];
}

/** Change against verbalized confidence, and cost against NormPTrue everywhere. */
export function reductionCells(name: string, strategy: StrategySummary): string[] {
  const { reduction, relativeCost } = strategy;
  const change = (fraction: number | null): string =>
    fraction === null ? '–' : `${fraction > 0 ? '−' : '+'}${formatShare(Math.abs(fraction))}`;
  return [
    named(name, strategy),
    change(reduction.ece),
    change(reduction.meanDomainEce),
    relativeCost === null ? '–' : formatShare(relativeCost),
  ];
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

/** Who left which questions unanswered; strategies with the same dead letters are told together. */
function unanswered(strategies: CompareSummary['strategies']): string[] {
  const byLetters = new Map<string, string[]>();
  for (const [name, strategy] of Object.entries(strategies)) {
    const counts = Object.entries(strategy.deadLetters);
    const letters = counts.map(([code, count]) => `${formatCount(count)} × ${code}`).join(', ');
    if (letters !== '')
      byLetters.set(letters, [...(byLetters.get(letters) ?? []), named(name, strategy)]);
  }
  return [...byLetters].map(
    ([letters, names]) =>
      `Not answered: ${letters} (${names.join(', ')}); ` +
      '`secl dead-letters list --log` with the folder of such a run says why.',
  );
}

/** What the numbers mean, a sentence each. */
export function comparisonNotes(summary: CompareSummary): string[] {
  const { strategies, definition, runs } = summary;
  const first = runs[0];
  const sampled = Object.values(strategies).some((strategy) => strategy.sampled);
  const supervised = 'isotonic' in strategies || 'temperatureScaled' in strategies;
  return [
    `${formatCount(summary.questions)} questions, ${summary.model}` +
      (first === undefined ? '.' : `; table: seed ${first.seed}, order ${first.order}.`),
    ...unanswered(strategies),
    `ECE: ${definition.bins} bins of equal width, ${definition.edgeRule}. ` +
      `Band: bootstrap, ${formatCount(definition.interval.resamples)} resamples. ` +
      'Floor: mean ECE that perfect calibration would show with these confidences and this n.',
    'Tokens: positions that the strategy computes alone, a training position counts three; ' +
      'beyond: without those of the answers. Seconds: of the model and the trainer.',
    ...(supervised
      ? ['Labels: five-fold cross-fitting of verbalized confidence; the only rows that see any.']
      : []),
    ...(sampled ? ['† On a seeded sample of at most 100 questions a domain.'] : []),
  ];
}
