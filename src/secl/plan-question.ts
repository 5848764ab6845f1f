import type { Question } from '../events/question.ts';
import type { ChatMessage, Tokenizer } from '../ports/tokenizer.ts';
import { fillTemplate } from './prompts/fill-template.ts';
import type { PromptTemplate } from './prompts/prompt-set.ts';
import type { ScoringOptions } from './scoring-options.ts';
import type { PlannedQuestion, RefusedQuestion } from './work.ts';

/** A template as a conversation. */
export function conversation(
  template: PromptTemplate,
  gaps: Readonly<Record<string, string>>,
): ChatMessage[] {
  const user: ChatMessage = { role: 'user', content: fillTemplate(template.user, gaps) };
  return template.system === null ? [user] : [{ role: 'system', content: template.system }, user];
}

/**
 * Writes the answer prompt of a question, or says why it cannot be asked. Bad data is a value: nothing is
 * thrown for a question that is too long, has no text or repeats a choice's label.
 */
export function planQuestion(
  question: Question,
  tokenizer: Tokenizer,
  options: Pick<ScoringOptions, 'prompts' | 'maxPromptTokens' | 'maxQuestionChars'>,
): PlannedQuestion | RefusedQuestion {
  const refuse = (code: RefusedQuestion['code'], reason: string): RefusedQuestion => ({
    question,
    code,
    reason,
  });
  if (question.text.trim() === '') return refuse('RECORD_INVALID', 'the question has no text');
  if (question.style === 'choice') {
    if (question.choices.length < 2)
      return refuse('RECORD_INVALID', 'a choice question needs at least two choices');
    if (new Set(question.choices.map((choice) => choice.label)).size < question.choices.length)
      return refuse('RECORD_INVALID', 'two choices have the same label');
  }
  const length = question.choices.reduce(
    (sum, choice) => sum + choice.label.length + choice.text.length,
    question.text.length,
  );
  // Checked before the tokenizer, so that a huge question costs nothing.
  if (length > options.maxQuestionChars)
    return refuse(
      'CONTEXT_OVERFLOW',
      `the question has ${length} characters, the limit is ${options.maxQuestionChars}`,
    );
  const messages = conversation(options.prompts.answer[question.style], {
    question: question.text,
    choices: question.choices.map((choice) => `${choice.label}. ${choice.text}`).join('\n'),
  });
  const promptIds = tokenizer.encodeChat(messages);
  if (promptIds.length > options.maxPromptTokens)
    return refuse(
      'CONTEXT_OVERFLOW',
      `the prompt has ${promptIds.length} tokens, the limit is ${options.maxPromptTokens}`,
    );
  return { question, messages, promptIds };
}

/** Whether a question was refused. */
export function isRefused(plan: PlannedQuestion | RefusedQuestion): plan is RefusedQuestion {
  return 'code' in plan;
}
