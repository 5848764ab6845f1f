import type { Verdict } from './verdict.ts';

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
  /** Its 95th percentile: an `ece` below it is no evidence of miscalibration. `null` where none was simulated. */
  readonly eceFloorP95: number | null;
  /** 95% band of `ece`; `null` where none was computed: of the published confidence alone it is, from 20 answers on. */
  readonly eceLow: number | null;
  readonly eceHigh: number | null;
  readonly brier: number | null;
  /** `null` with one class. */
  readonly auroc: number | null;
  readonly mean: number | null;
}

/**
 * What a window's answers say without labels. The first two hold if the confidences are calibrated; none of them can
 * see that the relation between question and right answer changed.
 */
export interface WindowEstimate {
  /** Answers with a published confidence. */
  readonly n: number;
  /** Mean published confidence: the accuracy, were it calibrated. */
  readonly accuracy: number | null;
  /** AUROC, were it calibrated. */
  readonly auroc: number | null;
  /**
   * Distance of mean published confidence from mean token certainty, over answers that have both: a fraction, and no
   * calibration error. `null` where none has.
   */
  readonly signalGap: number | null;
}

/** What the gate had noticed when a window was issued. */
export interface WindowDrift {
  /** Changes noticed in the partition so far, its beginning included. */
  readonly incident: number;
  /** Answer of the partition, from 0, at which the newest was noticed; `null`: none was. */
  readonly noticedAt: number | null;
  /** Answers of the window at which a detector fired. */
  readonly alarms: number;
}

/** Calibration over a window of answers, on `qa.calibration`. */
export interface CalibrationWindow {
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  /** Ordinal of the window in its partition, from 0. */
  readonly ordinal: number;
  /**
   * Grows when late labels, or a change that the gate notices, alter what a published window says; the newest revision
   * counts.
   */
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
  /** Without labels; `null` in records of an older version, as are the fields below. */
  readonly estimated: WindowEstimate | null;
  readonly drift: WindowDrift | null;
  /** Answers of the partition that were known when this was issued. */
  readonly answersSeen: number | null;
  /** When the newest of them was given. */
  readonly seenUntilMs: number | null;
  /** Adapter version that acted at the window's last answer; 0: none. */
  readonly adapterVersion: number | null;
  /**
   * Versions that acted at the window's answers, ascending, 0: none; of several, confidences are mixed. Empty in
   * records of an older version.
   */
  readonly adapterVersions: readonly number[];
  /** Whether the scope's confidences can be trusted, by all windows up to this one. */
  readonly verdict: Verdict | null;
}
