import type { CalibrationSummary } from '../calibration/summarize.ts';
import type { ScoreMetrics } from './replay-summary.ts';

/** What a summary keeps of a confidence's metrics. */
export function scoreMetrics(summary: CalibrationSummary): ScoreMetrics {
  const { n, missing, ece, eceInterval, eceFloor, brier, auroc, mean } = summary;
  const low = eceInterval?.low ?? null;
  const high = eceInterval?.high ?? null;
  return {
    n,
    missing,
    ece,
    eceInterval: low === null || high === null ? null : { low, high },
    eceFloor: eceFloor === null ? null : { mean: eceFloor.mean, p95: eceFloor.p95 },
    brier,
    auroc,
    mean,
  };
}
