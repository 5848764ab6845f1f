/** Placeholder until the room is filled. */
export type GateStatistic = 'entropy' | 'answer-probability' | 'hidden';
export type DetectorName = 'page-hinkley' | 'cusum' | 'adwin' | 'e-detector';
export const GATE_STATISTICS = ['entropy', 'answer-probability', 'hidden'] as const;
export const DETECTOR_NAMES = ['page-hinkley', 'cusum', 'adwin', 'e-detector'] as const;
export const GATE_KINDS = ['drift', 'always', 'never', 'periodic', 'domains'] as const;
export interface GateObservation {
  readonly entropyNats: number | null;
  readonly answerProbability: number | null;
  readonly hidden: Float32Array | undefined;
  readonly domain: string | null;
}
export interface GateStatus {
  readonly burst: number;
  readonly positionInBurst: number;
  readonly incident: number;
  readonly alarm: boolean;
  readonly statistics: Readonly<Record<string, number>>;
  readonly thresholds: Readonly<Record<string, number>>;
}
export interface GateOptions {
  readonly kind: (typeof GATE_KINDS)[number];
  readonly statistics: readonly GateStatistic[];
  readonly detector: DetectorName;
  readonly questionsBetweenFalseAlarms: number;
  readonly warmUp: number;
  readonly coolDown: number;
  readonly burst: number;
  readonly period: number;
}
export interface GateState {
  readonly seen: number;
  readonly left: number;
  readonly burst: number;
  readonly domain: string | null;
}
export const DEFAULT_GATE: GateOptions = {
  kind: 'drift',
  statistics: ['hidden', 'entropy'],
  detector: 'cusum',
  questionsBetweenFalseAlarms: 500,
  warmUp: 10,
  coolDown: 10,
  burst: 24,
  period: 100,
};
export function initialGate(_: GateOptions): GateState {
  return { seen: 0, left: 0, burst: 0, domain: null };
}
export function stepGate(
  state: GateState,
  x: GateObservation,
  options: GateOptions,
): { readonly state: GateState; readonly status: GateStatus } {
  if (options.kind === 'never')
    return {
      state,
      status: {
        burst: 0,
        positionInBurst: 0,
        incident: 0,
        alarm: false,
        statistics: {},
        thresholds: {},
      },
    };
  const change = state.seen === 0 || (options.kind !== 'drift' && x.domain !== state.domain);
  const left = change ? options.burst : state.left;
  const burst = state.burst + (change ? 1 : 0);
  return {
    state: { seen: state.seen + 1, left: Math.max(0, left - 1), burst, domain: x.domain },
    status: {
      burst: left > 0 ? burst : 0,
      positionInBurst: left > 0 ? options.burst - left + 1 : 0,
      incident: burst,
      alarm: change,
      statistics: {},
      thresholds: {},
    },
  };
}
