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
      [1.4, 2.1, 3.05, 4.55, 10.5],
      [1.4, 2.1, 3, 4.55, 10.5],
      [1.35, 2.1, 3, 4.55, 10.5],
      [1.1, 2.05, 3, 4.5, 10.45],
    ],
    two: [
      [3.85, 5.4, 7.4, 10.55, 18.2],
      [3.65, 5.3, 7.35, 10.5, 18.25],
      [3.4, 5.2, 7.25, 10.45, 18.2],
      [2.75, 4.95, 7.2, 10.35, 18.15],
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
      [0.02, 0.5, 1.36, 2.08, 2.88],
      [0.02, 0.32, 1.3, 2.06, 2.84],
      [0.02, 0.28, 1.18, 1.98, 2.82],
      [0.02, 0.18, 1.16, 1.96, 2.82],
    ],
    two: [
      [0.02, 0.5, 1.36, 2.08, 2.88],
      [0.02, 0.32, 1.3, 2.06, 2.84],
      [0.02, 0.28, 1.18, 1.98, 2.82],
      [0.02, 0.18, 1.16, 1.96, 2.82],
    ],
  },
};
