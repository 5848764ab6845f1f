import type { StrategyName } from '../report/compare-summary.ts';
import { BASE_STRATEGIES } from './compare-strategies.ts';

/** How many runs strategies are read off. */
export function runsNeeded(strategies: readonly StrategyName[]): number {
  return new Set(
    strategies.map((name) =>
      name in BASE_STRATEGIES
        ? BASE_STRATEGIES[name as keyof typeof BASE_STRATEGIES].run
        : name === 'temperatureScaled' || name === 'isotonic'
          ? 'verbalized'
          : name === 'dinco' || name === 'selfConsistency'
            ? 'sampled'
            : name,
    ),
  ).size;
}
