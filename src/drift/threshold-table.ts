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
      [1.4, 2.1, 3, 4.45, 9.8],
      [1.35, 2.1, 3, 4.45, 9.8],
      [1.35, 2.1, 2.95, 4.45, 9.8],
      [1.05, 2.05, 2.95, 4.45, 9.75],
    ],
    two: [
      [3.75, 5.1, 7.15, 9.85, 18.1],
      [3.6, 5.1, 7.1, 9.9, 18.1],
      [3.3, 5, 6.95, 9.8, 18.05],
      [2.75, 4.75, 6.9, 9.75, 17.95],
    ],
  },
  cusum: {
    one: [
      [1.2, 1.78, 2.5, 3.1, 3.88],
      [1.24, 1.78, 2.52, 3.12, 3.88],
      [1.12, 1.74, 2.48, 3.1, 3.88],
      [0.84, 1.72, 2.48, 3.1, 3.88],
    ],
    two: [
      [3.78, 4.94, 6.48, 7.7, 9.2],
      [3.72, 4.92, 6.44, 7.6, 9.18],
      [3.46, 4.86, 6.32, 7.56, 9.16],
      [2.84, 4.72, 6.26, 7.56, 9.16],
    ],
  },
  adwin: {
    one: [
      [0.02, 0.42, 1.24, 1.9, 2.74],
      [0.02, 0.32, 1.18, 1.86, 2.72],
      [0.02, 0.2, 1.08, 1.8, 2.7],
      [0.02, 0.12, 1.02, 1.82, 2.66],
    ],
    two: [
      [0.02, 0.42, 1.24, 1.9, 2.74],
      [0.02, 0.32, 1.18, 1.86, 2.72],
      [0.02, 0.2, 1.08, 1.8, 2.7],
      [0.02, 0.12, 1.02, 1.82, 2.66],
    ],
  },
};
