import { DEFAULT_BINNING, edgeRuleOf } from '../calibration/binning.ts';
import type { SummaryDefinition } from './replay-summary.ts';

/** How the metrics of a summary are made. */
export interface MetricSettings {
  /** Bins of the ECE. */
  readonly bins: number;
  /** Resamples of the ECE's band; 0: none. */
  readonly resamples: number;
  /** Simulations of the ECE's floor; 0: none. */
  readonly simulations: number;
  /** Any finite number. */
  readonly seed: number;
}

/** What the numbers of a summary mean. */
export function summaryDefinition(settings: MetricSettings): SummaryDefinition {
  const { bins, resamples, simulations, seed } = settings;
  const binning = { kind: DEFAULT_BINNING.kind, bins };
  return {
    estimator: `ece-${binning.kind}`,
    bins,
    edgeRule: edgeRuleOf(binning),
    interval: { kind: 'reflected', level: 0.95, resamples },
    floorSimulations: simulations,
    seed,
  };
}
