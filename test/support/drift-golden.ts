import { readFileSync } from 'node:fs';

/** Where a reference detector with these settings fired. */
interface Firings<O> {
  readonly options: O;
  readonly indices: readonly number[];
}

/** `test/golden/drift/drift.json`, made by the script beside it. */
export interface DriftGolden {
  readonly streams: readonly {
    readonly name: string;
    readonly values: readonly number[];
    readonly pageHinkley: readonly Firings<{
      readonly min_instances: number;
      readonly delta: number;
      readonly threshold: number;
      readonly alpha: number;
      readonly mode: 'up' | 'down' | 'both';
    }>[];
    readonly adwin: readonly Firings<{
      readonly delta: number;
      readonly clock: number;
      readonly max_buckets: number;
      readonly min_window_length: number;
      readonly grace_period: number;
    }>[];
  }[];
  readonly quantiles: readonly (readonly [number, number])[];
  readonly cusum: {
    readonly values: readonly number[];
    readonly sums: readonly (readonly [number, number])[];
    readonly runs: number;
    readonly mean: number;
    readonly median: number;
  };
  readonly conformal: readonly {
    readonly points: readonly (readonly number[])[];
    readonly p: number;
  }[];
  readonly likeness: readonly {
    readonly settled: readonly (readonly number[])[];
    readonly recent: readonly (readonly number[])[];
    readonly point: readonly number[];
    readonly p: number;
  }[];
}

/** Where it lies, seen from the repository's root (tests run there, built or not). */
const GOLDEN = 'test/golden/drift/drift.json';

/** Reads it. */
export function readDriftGolden(): DriftGolden {
  return JSON.parse(readFileSync(GOLDEN, 'utf8')) as DriftGolden;
}
