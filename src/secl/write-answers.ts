import { SeclError } from '../errors/secl-error.ts';
import type { ModelScope, TokenTrace } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { extractAnswer } from '../text/extract-answer.ts';
import type { ScoringOptions } from './scoring-options.ts';
import { meanEntropyNats } from './token-scores.ts';
import type { PlannedQuestion, RefusedQuestion, WrittenAnswer } from './work.ts';

const NOT_FINITE = 'the network gave a logit that is not finite while the answer was written';

/** Line breaks end a short answer; a reasoned one may have many lines. */
export function lineBreakIds(tokenizer: Tokenizer): number[] {
  return ['\n', '\n\n', '\r\n']
    .map((text) => tokenizer.encode(text))
    .filter((ids) => ids.length === 1)
    .map((ids) => ids[0] as number);
}

/**
 * Answers a batch of questions greedily on base weights; a question that brought its answer has it scored
 * instead (forced scoring), so every answer has its tokens' probabilities and entropies. A question whose text
 * cannot be written, since the network's numbers are not finite, is a value too: refused, with its reason.
 *
 * @returns Answers in the order of `planned`, without scores yet; refusals in their place.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function writeAnswers(
  scope: ModelScope,
  tokenizer: Tokenizer,
  planned: readonly PlannedQuestion[],
  options: Pick<ScoringOptions, 'maxTokens' | 'maxPromptTokens'>,
  signal?: AbortSignal,
): Promise<(WrittenAnswer | RefusedQuestion)[]> {
  const written = new Map<PlannedQuestion, WrittenAnswer | RefusedQuestion>();
  const asked = planned.filter((plan) => plan.question.givenAnswer === null);
  const given = planned.filter((plan) => plan.question.givenAnswer !== null);
  const lineBreaks = lineBreakIds(tokenizer);

  const complete = (
    plan: PlannedQuestion,
    text: string,
    tokens: readonly TokenTrace[],
    finishReason: WrittenAnswer['finishReason'],
    hidden: Float32Array | undefined,
    computed: number,
  ): void => {
    const { style, choices } = plan.question;
    written.set(plan, {
      ...plan,
      text,
      tokens,
      finishReason,
      extracted: extractAnswer(style, text, choices).extracted,
      entropyNats: meanEntropyNats(tokens),
      hidden,
      computed: { answer: computed, confidence: 0, scoring: 0 },
      scores: [],
      spoken: null,
      distractors: [],
    });
  };

  if (asked.length > 0) {
    const results = await scope.generate(
      asked.map((plan) => ({
        prompt: plan.promptIds,
        maxTokens: options.maxTokens[plan.question.style],
        stopTokenIds: plan.question.style === 'reasoning' ? [] : lineBreaks,
        hidden: true,
      })),
      signal,
    );
    results.forEach((result, i) => {
      if (result.finishReason === 'cancelled')
        throw new SeclError('CANCELLED', 'answering was cancelled');
      const plan = asked[i] as PlannedQuestion;
      if (result.finishReason === 'failed') {
        const { question } = plan;
        written.set(plan, { question, code: 'MODEL_FAILED', reason: NOT_FINITE });
        return;
      }
      complete(
        plan,
        result.text.trim(),
        result.tokens,
        result.finishReason,
        result.hidden,
        result.ledger.computed,
      );
    });
  }
  if (given.length > 0) {
    const continuations = given.map((plan) =>
      tokenizer.encode(plan.question.givenAnswer?.text ?? ''),
    );
    const results = await scope.score(
      given.map((plan, i) => ({
        prompt: plan.promptIds,
        continuation: continuations[i] ?? [],
        hidden: true,
      })),
      signal,
    );
    results.forEach((result, i) => {
      const plan = given[i] as PlannedQuestion;
      complete(
        plan,
        plan.question.givenAnswer?.text ?? '',
        result.tokens,
        'given',
        result.hidden,
        result.ledger.computed,
      );
    });
  }
  return planned.map((plan) => written.get(plan) as WrittenAnswer | RefusedQuestion);
}
