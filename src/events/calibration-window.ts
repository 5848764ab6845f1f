/** A metric of one score over one window. */
export interface WindowMetric {
  /** Score name, or `published`. */
  readonly score: string;
  /** Answers counted. */
  readonly n: number;
  /** Answers of the window whose score was missing. */
  readonly missing: number;
  readonly ece: number | null;
  /** Mean of the ECE a perfectly calibrated model would show with these confidences. */
  readonly eceFloor: number | null;
  readonly brier: number | null;
  /** `null` with one class. */
  readonly auroc: number | null;
  readonly mean: number | null;
}

/** Calibration over a window of answers, on `qa.calibration`. */
export interface CalibrationWindow {
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  /** Ordinal of the window in its partition, from 0. */
  readonly ordinal: number;
  /** Grows when late labels change a window already published; the newest revision counts. */
  readonly revision: number;
  /** `pooled`, or a domain's name. */
  readonly scope: string;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Answers in the window, and how many of them have a label. */
  readonly answers: number;
  readonly labelled: number;
  readonly accuracy: number | null;
  readonly metrics: readonly WindowMetric[];
  /** Definition of `ece`: estimator, bins, edge rule. */
  readonly eceDefinition: string;
  readonly closedAtMs: number;
}
