import { precondition } from '../errors/secl-error.ts';
import type { Answer } from '../events/answer.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { Feedback } from '../events/feedback.ts';
import type { Matcher } from '../operators/calibration-state.ts';
import { confidencesOf } from '../operators/confidences-of.ts';
import type { ReplayRow } from '../report/replay-summary.ts';
import type { ReplayInput } from './replay-input.ts';

/** Labels of a stream's records by position, from 0; `null`: none. */
export type LabelsByPosition = readonly (Feedback | null)[];

/** What became of a run of consecutive records: each is in one of the two lists. */
export interface ConsumedRecords {
  /** In the order of their questions. */
  readonly answers: readonly Answer[];
  /** Of questions, in any order. */
  readonly deadLetters: readonly Pick<DeadLetter, 'sourceOffset'>[];
}

/** The labels of a stream, by position. */
export function labelsOf({ items }: ReplayInput): LabelsByPosition {
  return items.map((item) => ('question' in item ? item.feedback : null));
}

/** An answer as reports see it. */
export function rowOf(
  answer: Answer,
  index: number,
  label: Feedback | null,
  match: Matcher,
): ReplayRow {
  return {
    index,
    domain: answer.domain,
    correct: label === null ? null : match(answer, label),
    confidences: confidencesOf(answer),
    partition: answer.sourcePartition,
    burst: answer.gate?.burst ?? 0,
    incident: answer.gate?.incident ?? 0,
    adapterVersion: answer.published.adapterVersion,
  };
}

/**
 * Joins answers with their labels by position in the stream. Ids may repeat, and offsets have gaps; but each record
 * leaves one answer or one dead letter, so a position is the number of those before it.
 *
 * @param first - Position of the first of the records.
 * @returns One row per answer, in their order.
 * @throws {@link SeclError} `PRECONDITION` if a label is another question's: then records are missing.
 */
export function labelAnswers(
  { answers, deadLetters }: ConsumedRecords,
  first: number,
  labels: LabelsByPosition,
  match: Matcher,
): ReplayRow[] {
  const letters = deadLetters.map(({ sourceOffset }) => sourceOffset).toSorted((a, b) => a - b);
  let before = 0;
  return answers.map((answer, i): ReplayRow => {
    while (before < letters.length && (letters[before] as number) < answer.sourceOffset)
      before += 1;
    const index = first + i + before;
    const label = labels[index] ?? null;
    precondition(
      label === null || label.questionId === answer.questionId,
      `the answer at position ${index} and the label there are of different questions`,
    );
    return rowOf(answer, index, label, match);
  });
}
