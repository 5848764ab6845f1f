import type { Answer } from '../events/answer.ts';
import type { Feedback } from '../events/feedback.ts';
import { matchAnswer } from './match-answer.ts';

/**
 * Whether an answer is right by its label.
 *
 * @returns The judge's verdict where the label carries one, else whether the extracted answer matches; `null`
 *   where the label holds neither. An answer from which nothing could be extracted is wrong.
 */
export function matchFeedback(
  answer: Pick<Answer, 'style' | 'extracted'>,
  feedback: Feedback,
): boolean | null {
  if (feedback.correct !== null) return feedback.correct;
  if (feedback.acceptedAnswers.length === 0) return null;
  return matchAnswer(answer.style, answer.extracted, feedback.acceptedAnswers);
}
