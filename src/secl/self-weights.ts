import type { ModelScope, NextTokenRequest } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { nextWithinContext } from './next-within-context.ts';
import { dincoWeights } from './normalized-p-true.ts';
import { pTrue, type TrueFalseTokens } from './p-true.ts';
import { conversation } from './plan-question.ts';
import { proposedAnswer } from './proposed-answer.ts';
import type { ScoringOptions } from './scoring-options.ts';
import type { WrittenAnswer } from './work.ts';

/** Both orders of every pair among answer (index 0) and distractors (from 1). */
function orderedPairs(count: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) if (i !== j) pairs.push([i, j]);
  return pairs;
}

/**
 * DINCO's weights with the same model in the place of an entailment model: it is asked, for every pair
 * and in both orders, whether the two answers say the same. `P(same)` stands for entailment and
 * `1 − P(same)` for contradiction. Costs `K·(K+1)` short prompts an answer.
 *
 * Source: weights DINCO, arXiv 2509.25532; asking the same model is ours.
 *
 * @returns The answers with their distractors' weights set; a pair the model has no opinion on counts as different.
 */
export async function selfWeights(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  tokens: TrueFalseTokens,
  options: Pick<ScoringOptions, 'prompts' | 'contextLength'>,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const requests: NextTokenRequest[] = [];
  const starts = answers.map((answer) => {
    const start = requests.length;
    const texts = [answer.extracted ?? answer.text, ...answer.distractors.map((d) => d.text)].map(
      (text) => proposedAnswer(answer.question, text),
    );
    for (const [i, j] of orderedPairs(texts.length))
      requests.push({
        prompt: tokenizer.encodeChat(
          conversation(options.prompts.sameMeaning, {
            question: answer.question.text,
            first: texts[i] as string,
            second: texts[j] as string,
          }),
        ),
        tokens: [...tokens.trueIds, ...tokens.falseIds],
      });
    return start;
  });
  const results = await nextWithinContext(scope, requests, options.contextLength, signal);
  return answers.map((answer, a) => {
    const count = answer.distractors.length + 1;
    const same = Array.from({ length: count }, () => new Array<number>(count).fill(0));
    let paid = 0;
    orderedPairs(count).forEach(([i, j], p) => {
      const result = results[(starts[a] as number) + p] ?? null;
      if (result === null) return;
      paid += result.ledger.computed;
      const verdict = pTrue(
        result.logProbabilities.slice(0, tokens.trueIds.length),
        result.logProbabilities.slice(tokens.trueIds.length),
      );
      (same[i] as number[])[j] = verdict?.pTrue ?? 0;
    });
    const contradiction = answer.distractors.map(
      (_, k) => 1 - ((same[0]?.[k + 1] as number) + (same[k + 1]?.[0] as number)) / 2,
    );
    const weights = dincoWeights(
      contradiction,
      same.slice(1).map((row) => row.slice(1)),
    );
    return {
      ...answer,
      distractors: answer.distractors.map((d, k) => ({ ...d, weight: weights[k] as number })),
      computed: { ...answer.computed, scoring: answer.computed.scoring + paid },
    };
  });
}
