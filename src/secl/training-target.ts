import type { ScoreName } from '../events/score.ts';
import type { Mean } from './combine-signals.ts';
import { joinScores, type StyledScores } from './join-scores.ts';
import { probeWeight, type TruthProbe } from './truth-probe.ts';
import type { WrittenAnswer } from './work.ts';

/** Scores that may supervise: none of them is a label, or made from one. */
export const SIGNAL_NAMES = [
  'answerProbability',
  'tokenCertainty',
  'pTrue',
  'normalizedPTrue',
] as const satisfies readonly ScoreName[];

/** One of {@link SIGNAL_NAMES}. */
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Who decides how much each signal weighs. `probe`: P(True) and NormPTrue weigh what `probeWeight` says. */
export const WEIGHTINGS = ['equal', 'probe'] as const;

/** One of {@link WEIGHTINGS}. */
export type Weighting = (typeof WEIGHTINGS)[number];

/** How the confidence that a sample should move towards is made. */
export interface TargetOptions {
  readonly signals: readonly SignalName[];
  readonly mean: Mean;
  readonly weighting: Weighting;
}

/** What a target is made of. */
export type JudgedAnswer = StyledScores & Pick<WrittenAnswer, 'finishReason'>;

/**
 * The confidence that an answer's verbalized confidence should move towards.
 *
 * @returns In `[0, 1]`; `null` if a signal is missing, or the answer was cut by its token limit, of which the
 *   probabilities of its tokens know nothing. Source: ours, over the signals of Kadavath et al. 2022 and DINCO.
 */
export function trainingTarget(
  { scores, finishReason, style }: JudgedAnswer,
  options: TargetOptions,
  probe: TruthProbe,
): number | null {
  if (finishReason === 'length') return null;
  return joinScores(
    { scores, style },
    {
      signals: options.signals,
      mean: options.mean,
      weightOf: (name) => {
        const judged = name === 'pTrue' || name === 'normalizedPTrue';
        return judged && options.weighting === 'probe' ? probeWeight(probe) : 1;
      },
    },
  );
}
