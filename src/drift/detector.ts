import { adwinEvidence, insertAdwin, INITIAL_ADWIN, type AdwinState } from './adwin.ts';
import { INITIAL_CUSUM, stepCusum, type CusumState } from './cusum.ts';
import { bet, stepEDetector } from './e-detector.ts';
import { normalQuantile } from './normal-quantile.ts';
import { INITIAL_PAGE_HINKLEY, stepPageHinkley, type PageHinkleyState } from './page-hinkley.ts';

/** Detectors by name. */
export const DETECTORS = ['page-hinkley', 'cusum', 'adwin', 'e-detector'] as const;

/** One of {@link DETECTORS}. */
export type DetectorName = (typeof DETECTORS)[number];

/** Whether rises alone count, or rises and falls. */
export type Sides = 'one' | 'two';

/** A detector's state; plain JSON. */
export type DetectorState =
  | { readonly name: 'page-hinkley'; readonly value: PageHinkleyState }
  | { readonly name: 'cusum'; readonly value: CusumState }
  | { readonly name: 'adwin'; readonly value: AdwinState }
  | { readonly name: 'e-detector'; readonly value: number | null };

/** Slack of Page-Hinkley in deviations: shifts of 2 where only rises count, of 1 where both do. */
const SLACK: Readonly<Record<Sides, number>> = { one: 1, two: 0.5 };
/**
 * Slack of CUSUM, and the least value that it sees. Where only rises count, a usual question takes back 0.3 and no
 * more: in a gradual change old and new questions alternate, and every old one would undo a new one else.
 */
const CUSUM: Readonly<Record<Sides, { readonly slack: number; readonly least: number }>> = {
  one: { slack: 1.2, least: 0.9 },
  two: { slack: 0.5, least: Number.NEGATIVE_INFINITY },
};
/** River's forgetting factor. */
const PAGE_HINKLEY_ALPHA = 1 - 0.0001;
const ADWIN_OPTIONS = { maxBuckets: 5, minWindowLength: 5 };

/** A detector that has seen nothing. */
export function initialDetector(name: DetectorName): DetectorState {
  switch (name) {
    case 'page-hinkley':
      return { name, value: INITIAL_PAGE_HINKLEY };
    case 'cusum':
      return { name, value: INITIAL_CUSUM };
    case 'adwin':
      return { name, value: INITIAL_ADWIN };
    case 'e-detector':
      return { name, value: null };
  }
}

/**
 * Feeds a detector one p-value. The e-detector bets on it; the others see its normal score, which has mean 0 and
 * deviation 1 (a little less, ranks being coarse) where nothing changes.
 *
 * @param p - Share in `(0, 1)` of values at least as high that are to be expected.
 * @returns `evidence`: finite, at least 0; the detector fires where it exceeds the threshold.
 */
export function stepDetector(
  state: DetectorState,
  p: number,
  sides: Sides,
): { readonly state: DetectorState; readonly evidence: number } {
  // Not its negative: that of 0 would be -0, which JSON does not keep.
  const z = 0 - normalQuantile(p);
  switch (state.name) {
    case 'page-hinkley': {
      const options = { delta: SLACK[sides], alpha: PAGE_HINKLEY_ALPHA };
      const { state: value, up, down } = stepPageHinkley(state.value, z, options);
      return { state: { ...state, value }, evidence: sides === 'one' ? up : Math.max(up, down) };
    }
    case 'cusum': {
      const { slack, least } = CUSUM[sides];
      const value = stepCusum(state.value, Math.max(least, z), slack);
      const evidence = sides === 'one' ? value.high : Math.max(value.high, value.low);
      return { state: { ...state, value }, evidence };
    }
    case 'adwin': {
      const value = insertAdwin(state.value, z, ADWIN_OPTIONS);
      return {
        state: { ...state, value },
        evidence: Math.max(0, adwinEvidence(value, ADWIN_OPTIONS)),
      };
    }
    case 'e-detector': {
      const value = stepEDetector(state.value, bet(sides === 'one' ? p : 2 * Math.min(p, 1 - p)));
      return { state: { ...state, value }, evidence: Math.max(0, value) };
    }
  }
}
