import { summarizeRows } from '../calibration/summarize.ts';
import { labelConfidences } from '../calibration/labelled-confidences.ts';
import { estimatedAuroc } from '../calibration/estimated-auroc.ts';
import type { WindowEstimate, WindowMetric } from '../events/calibration-window.ts';
import type { UnjudgedWindow } from '../verdict/window-evidence.ts';
import type { CalibrationRow, WindowCut } from './calibration-state.ts';

/** How a window's metrics are computed. */
export interface WindowMetricOptions {
  /** Bins of the ECE. */
  readonly bins: number;
  /** Resamples of the published confidence's ECE band; 0 leaves it out. */
  readonly bootstrap: number;
  /** Simulations of the ECE's floor; 0 leaves it out. */
  readonly simulations: number;
  readonly seed: number;
}

/** The scope that holds every domain. */
export const POOLED = 'pooled';

/** The score that label-free numbers hold published confidences against: free, and there wherever tokens are. */
const REFERENCE = 'tokenCertainty';

/** What some answers say of themselves. */
function estimateOf(rows: readonly CalibrationRow[]): WindowEstimate {
  const stated = rows.flatMap(({ confidences }) => confidences['published'] ?? []);
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const distance = mean(
    rows.flatMap(({ confidences }) => {
      const published = confidences['published'] ?? null;
      const reference = confidences[REFERENCE] ?? null;
      return published === null || reference === null ? [] : [published - reference];
    }),
  );
  return {
    n: stated.length,
    accuracy: mean(stated),
    auroc: estimatedAuroc(stated),
    signalGap: distance === null ? null : Math.abs(distance),
  };
}

/**
 * The records that publish one window, without their verdicts: the pooled one first, then one a domain.
 *
 * @param place - Partition of the questions.
 * @param nowMs - When the window was closed or corrected.
 */
export function windowRecords(
  cut: WindowCut,
  place: { readonly topic: string; readonly partition: number },
  options: WindowMetricOptions,
  nowMs: number,
): UnjudgedWindow[] {
  const domains = new Map<string, CalibrationRow[]>();
  for (const row of cut.rows) {
    if (row.domain === null) continue;
    const rows = domains.get(row.domain);
    if (rows === undefined) domains.set(row.domain, [row]);
    else rows.push(row);
  }
  const scopes: [string, readonly CalibrationRow[]][] = [
    [POOLED, cut.rows],
    // A domain may be called like the pooled scope; its record must not pass for it.
    ...[...domains].map(([name, rows]): [string, CalibrationRow[]] => [
      name === POOLED ? `domain:${name}` : name,
      rows,
    ]),
  ];
  return scopes.map(([scope, rows]) => {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row.confidences)))];
    const definition = { estimator: 'ece-equal-width', edgeRule: '[low, high), last closed' };
    const metrics = names.map((score): WindowMetric => {
      const summary = summarizeRows(
        labelConfidences(
          rows.map((row) => ({ confidence: row.confidences[score] ?? null, correct: row.correct })),
        ),
        {
          binning: { kind: 'equal-width', bins: options.bins },
          resamples: score === 'published' ? options.bootstrap : 0,
          simulations: options.simulations,
          seed: options.seed,
        },
      );
      return {
        score,
        n: summary.n,
        missing: summary.missing,
        ece: summary.ece,
        eceFloor: summary.eceFloor?.mean ?? null,
        eceFloorP95: summary.eceFloor?.p95 ?? null,
        eceLow: summary.eceInterval?.low ?? null,
        eceHigh: summary.eceInterval?.high ?? null,
        brier: summary.brier,
        auroc: summary.auroc,
        mean: summary.mean,
      };
    });
    const labels = rows.flatMap((row) => (row.correct === null ? [] : [row.correct]));
    return {
      sourceTopic: place.topic,
      sourcePartition: place.partition,
      ordinal: cut.ordinal,
      revision: cut.revision,
      scope,
      firstOffset: rows[0]?.offset ?? 0,
      lastOffset: rows.at(-1)?.offset ?? 0,
      answers: rows.length,
      labelled: labels.length,
      accuracy: labels.length === 0 ? null : labels.filter(Boolean).length / labels.length,
      metrics,
      eceDefinition: `${definition.estimator}, ${options.bins} bins, ${definition.edgeRule}`,
      closedAtMs: nowMs,
      estimated: estimateOf(rows),
      drift: {
        incident: cut.standing.incident,
        noticedAt: cut.standing.noticedAt,
        alarms: rows.filter(({ alarm }) => alarm).length,
      },
      answersSeen: cut.standing.count,
      seenUntilMs: cut.standing.untilMs,
      adapterVersion: rows.at(-1)?.adapterVersion ?? null,
      adapterVersions: [...new Set(rows.map((row) => row.adapterVersion))].sort((a, b) => a - b),
    };
  });
}
