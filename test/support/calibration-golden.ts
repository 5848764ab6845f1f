import { readFileSync } from 'node:fs';
import {
  labelConfidences,
  type LabelledConfidences,
} from '../../src/calibration/labelled-confidences.ts';

/** One data set of `test/golden/calibration/calibration.json` with the reference values. */
export interface GoldenCase {
  readonly name: string;
  readonly confidence: readonly number[];
  readonly correct: readonly (0 | 1)[];
  readonly netcal: Readonly<Record<'10' | '15', { readonly ece: number; readonly mce: number }>>;
  readonly torchmetrics: { readonly ece: number; readonly mce: number };
  readonly sklearn: {
    readonly brier: number;
    readonly accuracy: number;
    readonly logLoss: number;
    readonly auroc: number | null;
    readonly curve: GoldenCurve;
    readonly quantileCurve?: GoldenCurve;
  };
  readonly kumar?: {
    readonly equalMassEce: number;
    readonly debiasedSquared: number;
    readonly debiased: number;
  };
  readonly numpy: {
    readonly mean: number;
    readonly brierDecomposition: Readonly<Record<string, number>>;
    readonly equalMassEce: number;
    readonly equalMassEce7: number;
    readonly ks: number;
    readonly sweep: { readonly bins: number; readonly value: number };
    readonly smooth: Readonly<Record<'0.05' | '0.3' | 'fixedPoint', number>>;
    readonly floor: { readonly mean: number; readonly p95: number };
  };
  readonly relplot: Readonly<Record<'smooth' | 'smooth0.05', number>>;
  readonly scipyBootstrap?: {
    readonly brierPercentile: GoldenBand;
    readonly brierReflected: GoldenBand;
    readonly ecePercentile: GoldenBand;
    readonly aurocPercentile: GoldenBand;
    readonly accuracyExact: readonly [number, number];
  };
}

/** Points of a reliability curve, bins without rows left out. */
export interface GoldenCurve {
  readonly accuracy: readonly number[];
  readonly meanConfidence: readonly number[];
}

/** A bootstrap interval. */
export interface GoldenBand {
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

/** The golden file as parsed. */
export interface CalibrationGolden {
  readonly cases: readonly GoldenCase[];
  readonly edges: { readonly netcalEce: number };
  readonly certain: {
    readonly confidence: readonly number[];
    readonly correct: readonly (0 | 1)[];
    readonly logLoss: number;
    readonly auroc: number;
    readonly brier: number;
  };
  readonly wilson: readonly {
    readonly successes: number;
    readonly n: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly quantile: {
    readonly numbers: readonly number[];
    readonly at: readonly number[];
    readonly values: readonly number[];
  };
}

/** Where the golden file lies, seen from the repository's root (tests run there, built or not). */
const GOLDEN = 'test/golden/calibration/calibration.json';

/** Reads the golden file. */
export function readCalibrationGolden(): CalibrationGolden {
  return JSON.parse(readFileSync(GOLDEN, 'utf8')) as CalibrationGolden;
}

/** Checked rows of two lists; outcomes as 0 and 1. */
export function rowsOf(
  confidence: readonly number[],
  correct: readonly (0 | 1)[],
): LabelledConfidences {
  return labelConfidences(confidence.map((f, i) => ({ confidence: f, correct: correct[i] === 1 })));
}
