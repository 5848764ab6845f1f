import type { Matcher } from '../operators/calibration-state.ts';
import { adapterFates, type AdapterFate } from '../report/adapter-fates.ts';
import type { ReplayRow, ReplaySummary } from '../report/replay-summary.ts';
import { summarizeLoop } from '../report/summarize-loop.ts';
import { summarizeRun } from '../report/summarize-run.ts';
import type { Topology } from '../topology/topology.ts';
import { labelAnswers, type LabelsByPosition } from './label-answers.ts';
import type { ReplayResult } from './replay.ts';

/** A replay's answers as its report sees them, and its summary. */
export interface ReplayOutcome {
  readonly rows: readonly ReplayRow[];
  readonly summary: ReplaySummary;
  /** What became of each adapter, by version. */
  readonly adapters: readonly AdapterFate[];
}

/** Answered questions in the batches of accepted adapters: of a log that lost answers, adapters may know more. */
export function trainedQuestions({
  answers,
  adapters,
  decisions,
}: Pick<ReplayResult, 'answers' | 'adapters' | 'decisions'>): ReadonlySet<string> {
  const answered = new Set(answers.map(({ questionId }) => questionId));
  const accepted = new Set(
    decisions.flatMap(({ decision, version }) => (decision === 'accepted' ? [version] : [])),
  );
  return new Set(
    adapters.flatMap(({ version, trainedOn }) =>
      accepted.has(version) ? trainedOn.filter((id) => answered.has(id)) : [],
    ),
  );
}

/**
 * Matches a replay's answers with their labels and sums the run up.
 *
 * @param labels - By position in the stream, since ids may repeat.
 */
export function replayOutcome(
  result: Omit<ReplayResult, 'verdict'>,
  labels: LabelsByPosition,
  match: Matcher,
  topology: Topology,
): ReplayOutcome {
  return outcomeOfRows(result, labelAnswers(result, 0, labels, match), topology);
}

/**
 * Sums up a run whose answers have met their labels.
 *
 * @param rows - One per answer, in stream order.
 */
export function outcomeOfRows(
  result: Omit<ReplayResult, 'verdict'>,
  rows: readonly ReplayRow[],
  topology: Topology,
): ReplayOutcome {
  const sum = (phase: 'answer' | 'confidence' | 'scoring'): number =>
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
        training: result.adapters.reduce((total, { forwardTokens }) => total + forwardTokens, 0),
      },
      rows,
      trainedQuestions: trainedQuestions(result).size,
      loop:
        topology.training.mode === 'off'
          ? null
          : summarizeLoop(topology.gate.kind, result.answers, result.decisions),
    },
    {
      bins: topology.calibration.bins,
      resamples: topology.calibration.bootstrap,
      simulations: topology.calibration.simulations,
      seed: topology.seed,
    },
  );
  return { rows, summary, adapters: adapterFates(result.adapters, result.decisions) };
}
