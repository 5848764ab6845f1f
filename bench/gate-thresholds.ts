import { DETECTORS, type DetectorName, type Sides } from '../src/drift/detector.ts';
import { simulateRunLengths } from '../src/drift/simulate-run-lengths.ts';
import { formatFigure, type Measurement } from './result.ts';

/** How {@link measureGateThresholds} goes about it. */
export interface GateThresholdOptions {
  /** Simulated runs behind every number. */
  readonly runs: number;
  readonly seed: number;
}

const WARM_UPS = [8, 16, 32, 64];
const RUN_LENGTHS = [100, 300, 1000, 3000, 10000];
/** Largest threshold tried and step between two, by detector. */
const GRIDS: Readonly<Record<DetectorName, { readonly end: number; readonly step: number }>> = {
  'page-hinkley': { end: 60, step: 0.05 },
  cusum: { end: 12, step: 0.02 },
  adwin: { end: 8, step: 0.02 },
  'e-detector': { end: 12, step: 0.02 },
};
/** A mean run length has to be above its target by this many standard errors, run lengths being near exponential. */
const Z = 1.645;

/** The least threshold on the grid whose mean run length is above the target, the simulation's own error included. */
function thresholdsOf(
  detector: DetectorName,
  sides: Sides,
  warmUp: number,
  { runs, seed }: GateThresholdOptions,
): number[] {
  const { end, step } = GRIDS[detector];
  const thresholds = Array.from({ length: Math.round(end / step) }, (_, i) => (i + 1) * step);
  const longest = Math.max(...RUN_LENGTHS);
  const lengths = simulateRunLengths({
    ...{ detector, sides, warmUp, runs, seed },
    thresholds,
    maxLength: longest * 3,
  });
  return RUN_LENGTHS.map((target) => {
    const found = lengths.findIndex((mean) => mean * (1 - Z / Math.sqrt(runs)) >= target);
    return Number((thresholds[found] ?? end).toFixed(2));
  });
}

/** Simulates the table of `src/drift/threshold-table.ts`. */
export function measureGateThresholds(options: GateThresholdOptions): Measurement {
  const entries = DETECTORS.flatMap((detector) =>
    (['one', 'two'] as const).flatMap((sides) =>
      WARM_UPS.map((warmUp) => {
        process.stderr.write(`${detector}, ${sides}-sided, warm-up ${warmUp}\n`);
        return {
          detector,
          sides,
          warmUp,
          thresholds: thresholdsOf(detector, sides, warmUp, options),
        };
      }),
    ),
  );
  return {
    figures: { runs: options.runs, seed: options.seed, runLengths: RUN_LENGTHS, entries },
    table: [
      ['detector', 'sides', 'warm-up', ...RUN_LENGTHS.map(String)],
      ...entries.map(({ detector, sides, warmUp, thresholds }) => [
        ...[detector, sides, String(warmUp)],
        ...thresholds.map(formatFigure),
      ]),
    ],
  };
}
