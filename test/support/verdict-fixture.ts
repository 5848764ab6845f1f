import type { WindowMetric } from '../../src/events/calibration-window.ts';
import type { Verdict } from '../../src/events/verdict.ts';
import type { VerdictRules } from '../../src/verdict/verdict-rules.ts';
import type { UnjudgedWindow } from '../../src/verdict/window-evidence.ts';
import { windowOf } from './dashboard-fixture.ts';

/** Tumbling windows of 100 answers. */
export const RULES: VerdictRules = {
  limit: 0.15,
  margin: 0.05,
  minimumLabelled: 50,
  dwell: 100,
  carry: 500,
  gap: 0.25,
  size: 100,
  step: 100,
};

/** What a test says of a window; a second of stream an answer. */
export interface WindowSketch {
  readonly ordinal: number;
  /** Band of the error; absent: no labels. */
  readonly band?: readonly [low: number, high: number];
  readonly labelled?: number;
  readonly missing?: number;
  readonly signalGap?: number | null;
  readonly noticedAt?: number | null;
  /** @defaultValue the window's end */
  readonly seen?: number;
}

/** A window of {@link RULES}, or of other sizes. */
export function sketchWindow(sketch: WindowSketch, rules: VerdictRules = RULES): UnjudgedWindow {
  const { ordinal, band, missing = 0, signalGap = 0, noticedAt = 0 } = sketch;
  const { labelled = band === undefined ? 0 : rules.size - missing } = sketch;
  const seen = sketch.seen ?? ordinal * rules.step + rules.size;
  const metric: WindowMetric = {
    ...(windowOf().metrics[0] as WindowMetric),
    n: labelled,
    missing,
    ece: band === undefined ? null : (band[0] + band[1]) / 2,
    eceLow: band?.[0] ?? null,
    eceHigh: band?.[1] ?? null,
  };
  const n = rules.size - missing;
  const { verdict: _, ...window } = windowOf({
    ordinal,
    answers: rules.size,
    labelled,
    metrics: [metric],
    estimated: { n, accuracy: n === 0 ? null : 0.6, auroc: 0.7, signalGap },
    drift: { incident: 1, noticedAt, alarms: 0 },
    answersSeen: seen,
    seenUntilMs: seen * 1000,
    adapterVersion: 0,
  });
  return window;
}

/** A verdict of caution, with changes. */
export function verdictOf(over: Partial<Verdict> = {}): Verdict {
  return {
    level: 'caution',
    code: 'error-around-limit',
    reason: 'It cannot be told.',
    basis: 'measured',
    sinceMs: Date.UTC(2026, 0, 1),
    n: 100,
    labelled: 60,
    dataAtMs: Date.UTC(2026, 0, 1, 0, 1),
    ...over,
  };
}
