import { edgeRuleOf } from '../calibration/binning.ts';
import { estimatedAuroc } from '../calibration/estimated-auroc.ts';
import { labelConfidences } from '../calibration/labelled-confidences.ts';
import { reliabilityDiagram } from '../calibration/reliability-diagram.ts';
import { summarizeRows } from '../calibration/summarize.ts';
import { wilsonInterval } from '../calibration/wilson-interval.ts';
import type { Band, ReliabilityView, StandingView } from './dashboard-model.ts';
import type { SeenAnswer } from './dashboard-state.ts';

/** Resamples of the band and simulations of the floor: fewer than in a report, since a page shows them often. */
const ROUNDS = 200;

/** How ECE and floor are computed. */
export interface StandingOptions {
  /** Bins of the ECE. */
  readonly bins: number;
  readonly seed: number;
}

function bandOf(low: number | null | undefined, high: number | null | undefined): Band | null {
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : null;
}

/**
 * Some answers in figures: what labels say, beside what the confidences say of themselves; and their reliability
 * diagram.
 *
 * @param rows - Not mutated.
 */
export function standingOf(
  rows: readonly SeenAnswer[],
  { bins, seed }: StandingOptions,
): { readonly standing: StandingView; readonly reliability: ReliabilityView } {
  const binning = { kind: 'equal-width', bins } as const;
  const data = labelConfidences(
    rows.map(({ confidences, correct }) => ({
      confidence: confidences.published ?? null,
      correct,
    })),
  );
  const summary = summarizeRows(data, { binning, resamples: ROUNDS, simulations: ROUNDS, seed });
  const { n, accuracy, ece, eceInterval, eceFloor, brier, auroc, mean } = summary;
  const stated = rows.flatMap(({ confidences }) => confidences.published ?? []);
  const share = accuracy === null ? null : wilsonInterval(Math.round(accuracy * n), n);
  const definition = `${bins} bins of equal width, ${edgeRuleOf(binning)}`;
  return {
    standing: {
      answers: rows.length,
      missing: rows.length - stated.length,
      measured: {
        n,
        accuracy,
        accuracyBand: bandOf(share?.low, share?.high),
        ece,
        eceBand: bandOf(eceInterval?.low, eceInterval?.high),
        eceFloor: eceFloor === null ? null : { mean: eceFloor.mean, p95: eceFloor.p95 },
        brier,
        auroc,
        meanConfidence: mean,
      },
      estimated: {
        n: stated.length,
        accuracy:
          stated.length === 0 ? null : stated.reduce((sum, f) => sum + f, 0) / stated.length,
        auroc: estimatedAuroc(stated),
      },
      definition,
    },
    reliability: { n, bins: reliabilityDiagram(data, binning).bins, definition },
  };
}
