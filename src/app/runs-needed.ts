import type { StrategyName } from '../report/compare-summary.ts';
import type { Topology } from '../topology/topology.ts';
import { BASE_STRATEGIES, baseStrategy, type BaseStrategyName } from './compare-strategies.ts';

/** How many runs strategies are read off under a topology; samples, which follow a run, count as one. */
export function runsNeeded(strategies: readonly StrategyName[], topology: Topology): number {
  return new Set(
    strategies.flatMap((name): readonly string[] =>
      name in BASE_STRATEGIES
        ? [baseStrategy(name as BaseStrategyName, topology).run]
        : name === 'temperatureScaled' || name === 'isotonic'
          ? ['verbalized']
          : name === 'dinco' || name === 'selfConsistency'
            ? ['sampled', 'samples']
            : [name],
    ),
  ).size;
}
