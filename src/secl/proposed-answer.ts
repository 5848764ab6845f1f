import type { Choice, Question } from '../events/question.ts';

/** A question's choices as the method sees them: none unless the question is answered by one. */
export function choicesOf(question: Question): readonly Choice[] {
  return question.style === 'choice' ? question.choices : [];
}

/**
 * How a proposed answer stands in a prompt that judges it: a choice with its text, since a letter alone says
 * little.
 *
 * @param text - An answer, or the label of a choice.
 */
export function proposedAnswer(question: Question, text: string): string {
  const choice = choicesOf(question).find((candidate) => candidate.label === text);
  return choice === undefined ? text : `${choice.label}. ${choice.text}`;
}
