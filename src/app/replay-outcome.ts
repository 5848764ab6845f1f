import type { Matcher } from '../operators/calibration-state.ts';
import type { ReplayRow, ReplaySummary } from '../report/replay-summary.ts';
import { summarizeRun } from '../report/summarize-run.ts';
import type { Topology } from '../topology/topology.ts';
import { labelAnswers, type LabelsByPosition } from './label-answers.ts';
import type { ReplayResult } from './replay.ts';

/** A replay's answers as its report sees them, and its summary. */
export interface ReplayOutcome {
  readonly rows: readonly ReplayRow[];
  readonly summary: ReplaySummary;
}

/**
 * Matches a replay's answers with their labels and sums the run up.
 *
 * @param labels - By position in the stream, since ids may repeat.
 */
export function replayOutcome(
  result: ReplayResult,
  labels: LabelsByPosition,
  match: Matcher,
  topology: Topology,
): ReplayOutcome {
  const rows = labelAnswers(result, 0, labels, match);
  const sum = (phase: 'answer' | 'confidence' | 'scoring' | 'training'): number =>
    result.answers.reduce((total, answer) => total + answer.forwardTokens[phase], 0);
  const summary = summarizeRun(
    {
      questions: result.answers.length + result.deadLetters.length,
      deadLettered: result.deadLetters.length,
      complete: result.complete,
      forwardTokens: {
        answer: sum('answer'),
        confidence: sum('confidence'),
        scoring: sum('scoring'),
        training: sum('training'),
      },
      rows,
    },
    {
      bins: topology.calibration.bins,
      resamples: topology.calibration.bootstrap,
      simulations: topology.calibration.simulations,
      seed: topology.seed,
    },
  );
  return { rows, summary };
}
