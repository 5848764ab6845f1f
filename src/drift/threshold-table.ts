import type { DetectorName, Sides } from './detector.ts';

/** Mean run lengths without a change for which thresholds were simulated, questions. */
export const RUN_LENGTHS: readonly number[] = [100, 300, 1000, 3000, 10000];
/** Warm-ups for which thresholds were simulated, questions. */
export const WARM_UPS: readonly number[] = [8, 16, 32, 64];

/**
 * Thresholds by detector and sides, `[WARM_UPS][RUN_LENGTHS]`: 200 runs behind each, warm-up and the simulation's own
 * error included. Printed by `npm run bench -- gate-thresholds --runs 200 --seed 1`.
 */
export const THRESHOLDS: Readonly<
  Record<
    Exclude<DetectorName, 'e-detector'>,
    Readonly<Record<Sides, readonly (readonly number[])[]>>
  >
> = {
  'page-hinkley': {
    one: [
      [1.45, 2.15, 3, 4.55, 9.85],
      [1.45, 2.1, 3, 4.55, 9.85],
      [1.4, 2.1, 3, 4.55, 9.85],
      [1.15, 2.05, 2.95, 4.5, 9.8],
    ],
    two: [
      [3.8, 5.3, 7.25, 9.9, 16.6],
      [3.7, 5.2, 7.15, 9.8, 16.65],
      [3.5, 5.05, 7.05, 9.8, 16.6],
      [2.8, 4.9, 6.95, 9.75, 16.55],
    ],
  },
  cusum: {
    one: [
      [1.44, 2.04, 2.86, 3.32, 4.14],
      [1.44, 2.04, 2.86, 3.32, 4.14],
      [1.44, 2.04, 2.84, 3.32, 4.14],
      [1.38, 2, 2.8, 3.32, 4.14],
    ],
    two: [
      [3.9, 5.08, 6.66, 7.8, 9.34],
      [3.78, 5.02, 6.64, 7.8, 9.32],
      [3.54, 4.94, 6.56, 7.78, 9.32],
      [2.96, 4.82, 6.44, 7.78, 9.3],
    ],
  },
  adwin: {
    one: [
      [0.02, 0.26, 1, 1.56, 2.26],
      [0.02, 0.12, 0.98, 1.54, 2.24],
      [0.02, 0.1, 0.88, 1.48, 2.22],
      [0.02, 0.04, 0.86, 1.48, 2.2],
    ],
    two: [
      [0.02, 0.26, 1, 1.56, 2.26],
      [0.02, 0.12, 0.98, 1.54, 2.24],
      [0.02, 0.1, 0.88, 1.48, 2.22],
      [0.02, 0.04, 0.86, 1.48, 2.2],
    ],
  },
};
