import { edgeRuleOf, totalBins, type BinTotals } from './binning.ts';
import { eceOfTotals } from './expected-calibration-error.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { measure, type Metric } from './metric.ts';
import { sortRows } from './sort-rows.ts';

/** {@link sweepCalibrationError}, with the number of bins that was found. */
export interface SweepMetric extends Metric {
  /** Largest number of bins before accuracy stops rising; 0 without rows. */
  readonly binsUsed: number;
}

/** Whether accuracy never falls from one bin with rows to the next. */
function isMonotone({ n, correct }: BinTotals): boolean {
  let before = 0;
  for (let b = 0; b < n.length; b++) {
    const count = n[b] as number;
    if (count === 0) continue;
    const accuracy = (correct[b] as number) / count;
    if (accuracy < before) return false;
    before = accuracy;
  }
  return true;
}

/**
 * ECE over as many equal-mass bins as keep accuracy monotone: counts 2, 3, … are tried until the
 * first that breaks it, and the one before is used.
 *
 * @param data - Not mutated.
 * @returns A fraction in `[0, 1]`; `null` without rows.
 * @remarks Up to O(n²) for perfectly separated rows. Source: Roelofs et al. 2022, arXiv:2012.08668,
 * algorithm 1, with the absolute difference and tie-safe bins.
 */
export function sweepCalibrationError(data: LabelledConfidences): SweepMetric {
  let binsUsed = 0;
  const naming = {
    estimator: 'ece-sweep',
    edgeRule: edgeRuleOf({ kind: 'equal-mass', bins: 1 }),
  };
  const metric = measure(data, naming, () => {
    const sorted = sortRows(data);
    const rows = data.correct.length;
    let best = totalBins(sorted, { kind: 'equal-mass', bins: 1 });
    binsUsed = 1;
    for (let bins = 2; bins <= rows; bins++) {
      const totals = totalBins(sorted, { kind: 'equal-mass', bins });
      if (!isMonotone(totals)) break;
      best = totals;
      binsUsed = bins;
    }
    return eceOfTotals(best, rows);
  });
  return { ...metric, binsUsed };
}
