import type { Feedback } from '../events/feedback.ts';
import type { AnswerStyle, Choice, GivenAnswer, Question } from '../events/question.ts';

/** One question of a stream file, with what counts as right. */
export interface StreamItem {
  readonly id: string;
  readonly domain: string | null;
  readonly question: string;
  readonly style: AnswerStyle;
  /** Empty but for style `choice`. */
  readonly choices: readonly Choice[];
  /** Answers that count as right; labels for `choice`. Empty: unlabelled. */
  readonly accepted: readonly string[];
  /** An answer that is scored instead of generated. */
  readonly givenAnswer?: GivenAnswer;
}

/** The question alone: it never carries its label. */
export function toQuestion(item: StreamItem): Question {
  return {
    id: item.id,
    text: item.question,
    style: item.style,
    choices: item.choices,
    domain: item.domain,
    givenAnswer: item.givenAnswer ?? null,
    deadlineMs: null,
  };
}

/**
 * The label alone, or `null` for an unlabelled item.
 *
 * @param labelledAtMs - When the label became known, milliseconds since the epoch.
 */
export function toFeedback(item: StreamItem, labelledAtMs: number): Feedback | null {
  if (item.accepted.length === 0) return null;
  return { questionId: item.id, acceptedAnswers: item.accepted, correct: null, labelledAtMs };
}

/** The item as a line of a stream file, without the line break. Keys in a fixed order. */
export function formatStreamItem(item: StreamItem): string {
  const { id, domain, question, style, choices, accepted, givenAnswer } = item;
  return JSON.stringify({
    id,
    domain,
    question,
    style,
    ...(choices.length === 0 ? {} : { choices }),
    accepted,
    ...(givenAnswer === undefined ? {} : { givenAnswer }),
  });
}
