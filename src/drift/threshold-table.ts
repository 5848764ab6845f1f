import type { DetectorName, Sides } from './detector.ts';

/** Mean run lengths without a change for which thresholds were simulated, questions. */
export const RUN_LENGTHS: readonly number[] = [100, 300, 1000, 3000, 10000];
/** Warm-ups for which thresholds were simulated, questions. */
export const WARM_UPS: readonly number[] = [8, 16, 32, 64];

/**
 * Thresholds by detector and sides, `[WARM_UPS][RUN_LENGTHS]`: 10 runs behind each, warm-up and the simulation's own
 * error included. Printed by `npm run bench -- gate-thresholds --runs 10 --seed 1`.
 */
export const THRESHOLDS: Readonly<
  Record<
    Exclude<DetectorName, 'e-detector'>,
    Readonly<Record<Sides, readonly (readonly number[])[]>>
  >
> = {
  'page-hinkley': {
    one: [
      [2.02, 2.56, 3.48, 6.26, 16],
      [1.9, 2.56, 3.32, 6.24, 16],
      [1.8, 2.56, 3.38, 6.22, 16],
      [1.86, 2.5, 3.26, 6.18, 16],
    ],
    two: [
      [5.08, 6.34, 8.18, 11.94, 16],
      [4.92, 6.36, 8.38, 12.02, 16],
      [4.64, 6.06, 8.18, 11.98, 16],
      [3.92, 6.1, 8.26, 11.86, 16],
    ],
  },
  cusum: {
    one: [
      [2.22, 2.42, 3.06, 3.9, 5.16],
      [1.44, 2.04, 2.86, 3.32, 4.14],
      [2.12, 2.42, 3.06, 3.9, 5.16],
      [1.8, 2.42, 2.86, 3.9, 5.16],
    ],
    two: [
      [4.82, 5.68, 7.62, 8.26, 10],
      [4.82, 5.68, 7.62, 8.26, 10],
      [4.76, 5.56, 7.62, 8.26, 10],
      [4.76, 5.2, 7.62, 8.26, 10],
    ],
  },
  adwin: {
    one: [
      [0.02, 0.66, 1.4, 1.76, 2.86],
      [0.02, 0.7, 1.24, 1.76, 3.26],
      [0.02, 0.7, 1.38, 1.74, 2.86],
      [0.02, 0.56, 1.24, 1.74, 2.72],
    ],
    two: [
      [0.02, 0.66, 1.4, 1.76, 2.86],
      [0.02, 0.7, 1.24, 1.76, 3.26],
      [0.02, 0.7, 1.38, 1.74, 2.86],
      [0.02, 0.56, 1.24, 1.74, 2.72],
    ],
  },
};
