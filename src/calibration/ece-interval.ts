import { DEFAULT_BINNING, totalBins, type Binning } from './binning.ts';
import {
  bootstrapInterval,
  type BootstrapInterval,
  type BootstrapOptions,
} from './bootstrap-interval.ts';
import { eceOfTotals, expectedCalibrationError } from './expected-calibration-error.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** Options of {@link eceInterval}. */
export interface EceIntervalOptions extends Pick<BootstrapOptions, 'resamples' | 'seed'> {
  /** @defaultValue ten bins of equal width */
  readonly binning?: Binning;
}

/**
 * 95% band of the ECE: the reflected bootstrap. Where every answer is right, or every one wrong, a resample shows the
 * same again, and that band would say that no other outcome is possible: 20 right answers at 0.95 would have the band
 * 0.05 to 0.05. There it is widened to what the ECE is under every accuracy of Wilson's 95% interval, the same in all
 * bins.
 *
 * @param data - Not mutated.
 * @returns As {@link bootstrapInterval}; no band for few rows.
 * @throws {@link SeclError} `PRECONDITION` for bins or resamples that are no positive integer.
 * Source: ours; Wilson 1927.
 */
export function eceInterval(
  data: LabelledConfidences,
  { binning = DEFAULT_BINNING, ...options }: EceIntervalOptions = {},
): BootstrapInterval {
  const eceOf = (rows: LabelledConfidences): number | null =>
    expectedCalibrationError(rows, binning).value;
  const band = bootstrapInterval(data, eceOf, { ...options, kind: 'reflected' });
  const first = data.correct[0];
  if (band.low === null || band.high === null || data.correct.some((label) => label !== first))
    return band;
  const errors = [band.low, band.high, ...eceUnderAccuracies(data, binning)];
  return { ...band, low: Math.min(...errors), high: Math.max(...errors) };
}

/** ECEs under accuracies of Wilson's interval, the least and the greatest among them; outcomes all agree. */
function eceUnderAccuracies(data: LabelledConfidences, binning: Binning): number[] {
  const totals = totalBins(data, binning);
  const { n, confidence } = totals;
  const rows = data.correct.length;
  const { low, high } = wilsonInterval(data.correct[0] === 1 ? rows : 0, rows);
  // Convex in the accuracy, with a kink at each bin's mean confidence: greatest at an end, least at an end or a kink.
  const kinks = Array.from(confidence, (sum, bin) => sum / (n[bin] as number));
  return [low, high, ...kinks.filter((at) => at > low && at < high)].map((accuracy) =>
    eceOfTotals({ ...totals, correct: n.map((count) => count * accuracy) }, rows),
  );
}
