import type { GivenAnswer, Question } from '../events/question.ts';
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

/** Why a question's choices cannot be told apart, or `undefined` if they can. */
function choiceFault({ choices }: Question): string | undefined {
  if (choices.length < 2) return 'a choice question needs at least two choices';
  // Answers are read without white space around them, so labels differ by more than that.
  const labels = choices.map((choice) => choice.label.trim());
  if (labels.includes('')) return 'a choice has no label';
  if (new Set(labels).size < labels.length) return 'two choices have the same label';
  return undefined;
}

/** Whether every reported log probability can be one: at most 0, rounding aside. */
function plausible({ tokenLogProbabilities }: GivenAnswer): boolean {
  return (tokenLogProbabilities ?? []).every((value) => value <= 1e-6);
}

/**
 * Writes the answer prompt of a question, or says why it cannot be asked. Bad data is a value: nothing is
 * thrown for a question that is too long, has no text, repeats a choice's label or brings impossible numbers.
 */
export function planQuestion(
  question: Question,
  tokenizer: Tokenizer,
  options: Pick<
    ScoringOptions,
    'prompts' | 'maxPromptTokens' | 'maxQuestionChars' | 'contextLength'
  >,
): PlannedQuestion | RefusedQuestion {
  const refuse = (code: RefusedQuestion['code'], reason: string): RefusedQuestion => ({
    question,
    code,
    reason,
  });
  if (question.id === '') return refuse('RECORD_INVALID', 'the question has no id');
  if (question.text.trim() === '') return refuse('RECORD_INVALID', 'the question has no text');
  const fault = question.style === 'choice' ? choiceFault(question) : undefined;
  if (fault !== undefined) return refuse('RECORD_INVALID', fault);
  const given = question.givenAnswer;
  if (given !== null && !plausible(given))
    return refuse('RECORD_INVALID', 'a reported log probability is above 0, or no number');
  const length = question.choices.reduce(
    (sum, choice) => sum + choice.label.length + choice.text.length,
    question.id.length + question.text.length + (given?.text.length ?? 0),
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
  const limit = Math.min(options.maxPromptTokens, options.contextLength);
  if (promptIds.length > limit)
    return refuse(
      'CONTEXT_OVERFLOW',
      `the prompt has ${promptIds.length} tokens, the limit is ${limit}`,
    );
  const whole = promptIds.length + (given === null ? 0 : tokenizer.encode(given.text).length);
  if (whole > options.contextLength)
    return refuse(
      'CONTEXT_OVERFLOW',
      `prompt and given answer have ${whole} tokens, the limit is ${options.contextLength}`,
    );
  return { question, messages, promptIds };
}

/** Whether a question was refused. */
export function isRefused(plan: PlannedQuestion | RefusedQuestion): plan is RefusedQuestion {
  return 'code' in plan;
}
