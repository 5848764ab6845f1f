import type { CompareSummary, StrategySummary } from './compare-summary.ts';
import { strategyTitle } from './strategy-title.ts';

/** A line of a comparison's table and plot. */
export interface ComparisonRow {
  /** For people, without marks. */
  readonly name: string;
  readonly strategy: StrategySummary;
}

/** The parts of a summary that rows are made of. */
export type ComparedRuns = Pick<CompareSummary, 'strategies' | 'runs'>;

/** Whether runs are what is compared: there is one strategy alone, under several seeds or orders. */
export function comparesRuns({ strategies, runs }: ComparedRuns): boolean {
  return Object.keys(strategies).length === 1 && runs.length > 1;
}

/** What a comparison sets side by side: the strategies of its first run; a single strategy's runs. */
export function comparisonRows(summary: ComparedRuns): ComparisonRow[] {
  const { strategies, runs } = summary;
  if (!comparesRuns(summary))
    return Object.entries(strategies).map(([name, strategy]) => ({
      name: strategyTitle(name),
      strategy,
    }));
  const differ = (read: (run: CompareSummary['runs'][number]) => number): boolean =>
    new Set(runs.map(read)).size > 1;
  const seeds = differ(({ seed }) => seed);
  const orders = differ(({ order }) => order);
  return runs.flatMap(({ seed, order, strategies: own }) =>
    Object.entries(own).map(([name, strategy]) => ({
      name: [
        strategyTitle(name),
        ...(seeds ? [`seed ${seed}`] : []),
        ...(orders ? [`order ${order}`] : []),
      ].join(', '),
      strategy,
    })),
  );
}
