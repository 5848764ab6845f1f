import type { Answer } from '../events/answer.ts';
import type { Feedback } from '../events/feedback.ts';
import type { Matcher } from '../operators/calibration-state.ts';
import type { ReplayRow, ReplaySummary } from '../report/replay-summary.ts';
import { summarizeRun } from '../report/summarize-run.ts';
import type { Topology } from '../topology/topology.ts';
import type { ReplayResult } from './replay.ts';

/** A replay's answers as its report sees them, and its summary. */
export interface ReplayOutcome {
  readonly rows: readonly ReplayRow[];
  readonly summary: ReplaySummary;
}

/** Confidences of an answer by name, the published one among them. */
export function confidencesOf(answer: Answer): ReplayRow['confidences'] {
  return {
    ...Object.fromEntries(answer.scores.map((score) => [score.name, score.value])),
    published: answer.published.value,
  };
}

/**
 * Matches a replay's answers with their labels and sums the run up.
 *
 * @param labels - By question id.
 */
export function replayOutcome(
  result: ReplayResult,
  labels: ReadonlyMap<string, Feedback>,
  match: Matcher,
  topology: Topology,
): ReplayOutcome {
  const letters = result.deadLetters.map((letter) => letter.sourceOffset).toSorted((a, b) => a - b);
  let before = 0;
  const rows = result.answers.map((answer, i): ReplayRow => {
    const label = labels.get(answer.questionId);
    // Offsets have gaps; a position counts the answers and the dead letters before it.
    while (before < letters.length && (letters[before] as number) < answer.sourceOffset)
      before += 1;
    return {
      index: i + before,
      domain: answer.domain,
      correct: label === undefined ? null : match(answer, label),
      confidences: confidencesOf(answer),
    };
  });
  const sum = (phase: 'answer' | 'confidence' | 'scoring' | 'training'): number =>
    result.answers.reduce((total, answer) => total + answer.forwardTokens[phase], 0);
  const summary = summarizeRun(
    {
      questions: result.answers.length + result.deadLetters.length,
      deadLettered: result.deadLetters.length,
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
      seed: topology.seed,
    },
  );
  return { rows, summary };
}
