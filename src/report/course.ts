import { eceFloor } from '../calibration/ece-floor.ts';
import { expectedCalibrationError } from '../calibration/expected-calibration-error.ts';
import { labelConfidences } from '../calibration/labelled-confidences.ts';
import { accuracy } from '../calibration/accuracy.ts';
import { meanConfidence } from '../calibration/mean-confidence.ts';
import { wilsonInterval } from '../calibration/wilson-interval.ts';
import type { ReplayRow, ReportedScore } from './replay-summary.ts';

/** Fewest labelled answers of a window that is drawn. */
const LEAST_ANSWERS = 10;
/** Points a line has at most. */
const MOST_POINTS = 120;
/** Label sets simulated for a window's floor; its mean is then good to a few percent. */
const SIMULATIONS = 40;

/** Metrics of one score over the window that ends at `index`; `null` where too few answers count. */
export interface CoursePoint {
  /** Index of the window's last question. */
  readonly index: number;
  /** Answers counted. */
  readonly n: number;
  readonly accuracy: number | null;
  /** 95% Wilson interval. */
  readonly accuracyLow: number | null;
  readonly accuracyHigh: number | null;
  readonly mean: number | null;
  readonly ece: number | null;
  /** ECE that perfect calibration would show in this window, on average. */
  readonly floor: number | null;
}

/** A score over the run. */
export interface Course {
  /** Answers per window. */
  readonly window: number;
  readonly points: readonly CoursePoint[];
}

/** A stretch of consecutive questions of one domain, both ends included. */
export interface DomainRun {
  readonly domain: string | null;
  readonly from: number;
  readonly to: number;
}

/** Answers per rolling window: a tenth of the run, between 20 and 100. */
export function courseWindow(answers: number): number {
  return Math.min(100, Math.max(20, Math.round(answers / 10)));
}

/**
 * Rolling metrics of a score: at up to 120 places, over the newest `window` answers, fewer at the start.
 *
 * @param rows - In stream order. Not mutated.
 * @param options - Bins of the ECE, and the seed of the floor's simulations.
 */
export function courseOf(
  rows: readonly ReplayRow[],
  score: ReportedScore,
  options: { readonly bins: number; readonly seed: number },
): Course {
  const { bins, seed } = options;
  const binning = { kind: 'equal-width', bins } as const;
  const window = courseWindow(rows.length);
  const places = Math.min(MOST_POINTS, rows.length);
  const points = Array.from({ length: places }, (_, i): CoursePoint => {
    const end = Math.round(((i + 1) * rows.length) / places);
    const newest = rows.slice(Math.max(0, end - window), end);
    const data = labelConfidences(
      newest.map(({ confidences, correct }) => ({
        confidence: confidences[score] ?? null,
        correct,
      })),
    );
    const n = data.correct.length;
    const index = rows[end - 1]?.index ?? 0;
    const share = accuracy(data).value;
    if (n < LEAST_ANSWERS || share === null) {
      return {
        index,
        n,
        accuracy: null,
        accuracyLow: null,
        accuracyHigh: null,
        mean: null,
        ece: null,
        floor: null,
      };
    }
    const interval = wilsonInterval(Math.round(share * n), n);
    return {
      index,
      n,
      accuracy: share,
      accuracyLow: interval.low,
      accuracyHigh: interval.high,
      mean: meanConfidence(data).value,
      ece: expectedCalibrationError(data, binning).value,
      floor: eceFloor(data, { binning, simulations: SIMULATIONS, seed })?.mean ?? null,
    };
  });
  return { window, points };
}

/** The run cut where the domain changes. */
export function domainRuns(rows: readonly ReplayRow[]): DomainRun[] {
  const runs: DomainRun[] = [];
  for (const { domain, index } of rows) {
    const last = runs.at(-1);
    if (last?.domain === domain) runs[runs.length - 1] = { ...last, to: index };
    else runs.push({ domain, from: index, to: index });
  }
  return runs;
}
