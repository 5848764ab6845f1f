import {
  initialDetector,
  stepDetector,
  type DetectorName,
  type DetectorState,
  type Sides,
} from './detector.ts';
import type { GateStatistic } from './gate-options.ts';
import { likenessProbability } from './likeness-probability.ts';
import { neighbourProbability } from './neighbour-probability.ts';
import { projectHidden } from './project-hidden.ts';
import { rankProbability } from './rank-probability.ts';
import { EMPTY_REFERENCE, remember, restartReference, type Reference } from './reference.ts';

/** What a gate sees of a question. */
export interface GateObservation {
  /** Mean entropy over the answer's tokens, nats; `null` where unknown. */
  readonly entropyNats: number | null;
  /** Fraction in `[0, 1]`; `null` where unknown. */
  readonly answerProbability: number | null;
  /** Last hidden state of the prompt, `[D]`, of unit length. */
  readonly hidden: Float32Array | undefined;
  /** Read by the control `domains` alone. */
  readonly domain: string | null;
}

/** One statistic's segment and detectors; plain JSON, about 27 kB for hidden states. */
export type WatchState = {
  /** One a p-value: see {@link pValuesOf}. */
  readonly detectors: readonly DetectorState[];
  /** The strongest detector's evidence after the newest value. */
  readonly evidence: number;
} & (
  | { readonly kind: 'number'; readonly reference: Reference<number> }
  | { readonly kind: 'point'; readonly reference: Reference<readonly number[]> }
);

/** Newest values that begin the next segment: an alarm takes at least so many questions after a change. */
const KEPT = 2;

/** Being far from the segment, or like the newest questions, is a change, the contrary is none; numbers change both ways. */
export function sidesOf(statistic: GateStatistic): Sides {
  return statistic === 'hidden' ? 'one' : 'two';
}

/** P-values, and so detectors, of a statistic; they share what it may cost in false alarms. */
function pValuesOf(statistic: GateStatistic): number {
  return statistic === 'hidden' ? 2 : 1;
}

/** Detectors of a gate that watches these statistics. */
export function detectorsOf(statistics: readonly GateStatistic[]): number {
  return statistics.reduce((sum, name) => sum + pValuesOf(name), 0);
}

/** A watch that has seen nothing. */
export function initialWatch(statistic: GateStatistic, detector: DetectorName): WatchState {
  const detectors = Array.from({ length: pValuesOf(statistic) }, () => initialDetector(detector));
  const nothing = { detectors, evidence: 0, reference: EMPTY_REFERENCE };
  return { kind: statistic === 'hidden' ? 'point' : 'number', ...nothing };
}

/** The watch over the segment that begins now. */
export function restartWatch(watch: WatchState): WatchState {
  const detectors = watch.detectors.map(({ name }) => initialDetector(name));
  const fresh = { detectors, evidence: 0 };
  return watch.kind === 'number'
    ? { ...watch, ...fresh, reference: restartReference(watch.reference, KEPT) }
    : { ...watch, ...fresh, reference: restartReference(watch.reference, KEPT) };
}

/** The scalar a statistic reads; `null` where it is missing or no number. */
function scalarOf(statistic: GateStatistic, x: GateObservation): number | null {
  const value = statistic === 'entropy' ? x.entropyNats : x.answerProbability;
  // Adding 0 turns -0 into 0, which is all that JSON keeps of it.
  return value !== null && Number.isFinite(value) ? value + 0 : null;
}

/** Compares one question with the segment, then adds it. A missing value changes nothing. */
export function stepWatch(
  watch: WatchState,
  statistic: GateStatistic,
  x: GateObservation,
  warmUp: number,
): WatchState {
  const judged = (pValues: () => readonly number[]): Pick<WatchState, 'detectors' | 'evidence'> => {
    if (watch.reference.settled.length < warmUp) return watch;
    const p = pValues();
    const steps = watch.detectors.map((detector, i) =>
      stepDetector(detector, p[i] as number, sidesOf(statistic)),
    );
    return {
      detectors: steps.map(({ state }) => state),
      evidence: Math.max(...steps.map(({ evidence }) => evidence)),
    };
  };
  if (watch.kind === 'number') {
    const value = scalarOf(statistic, x);
    if (value === null) return watch;
    const { reference } = watch;
    const { detectors, evidence } = judged(() => [rankProbability(reference.settled, value)]);
    return { ...watch, detectors, evidence, reference: remember(reference, value, warmUp) };
  }
  const point = x.hidden === undefined ? null : projectHidden(x.hidden);
  if (point === null) return watch;
  const { settled, recent } = watch.reference;
  const { detectors, evidence } = judged(() => [
    neighbourProbability(settled, point),
    likenessProbability(settled, recent, point),
  ]);
  return { ...watch, detectors, evidence, reference: remember(watch.reference, point, warmUp) };
}
