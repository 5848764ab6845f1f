import type { Distractor } from '../events/answer.ts';
import type { Score } from '../events/score.ts';
import type { ModelScope, NextTokenRequest } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { normalizedPTrue } from './normalized-p-true.ts';
import { pTrue, trueFalseTokens, type PTrue, type TrueFalseTokens } from './p-true.ts';
import { conversation } from './plan-question.ts';
import { missingScore, presentScore, type ScoreOrigin } from './score-of.ts';
import type { ScoringOptions } from './scoring-options.ts';
import { selfWeights } from './self-weights.ts';
import type { WrittenAnswer } from './work.ts';

/** How a proposed answer stands in the prompt: a choice with its text, since a letter alone says little. */
function proposed(answer: WrittenAnswer, text: string): string {
  const choice = answer.question.choices.find((c) => c.label === text);
  return choice === undefined ? text : `${choice.label}. ${choice.text}`;
}

/** The reasoning that stands before a reasoned answer's final line, shared by its rivals. */
function reasoningOf(answer: WrittenAnswer): string {
  if (answer.question.style !== 'reasoning') return '';
  const at = answer.extracted === null ? -1 : answer.text.lastIndexOf(answer.extracted);
  const before = (at < 0 ? answer.text : answer.text.slice(0, at)).trim();
  return before === '' ? '' : `Reasoning: ${before}\n`;
}

function request(
  answer: WrittenAnswer,
  text: string,
  tokenizer: Tokenizer,
  tokens: TrueFalseTokens,
  options: Pick<ScoringOptions, 'prompts'>,
): NextTokenRequest {
  const { text: question, choices } = answer.question;
  const listed = choices.map((choice) => `\n${choice.label}. ${choice.text}`).join('');
  const messages = conversation(options.prompts.pTrue, {
    question: question + listed,
    reasoning: reasoningOf(answer),
    answer: proposed(answer, text),
  });
  return {
    prompt: tokenizer.encodeChat(messages),
    tokens: [...tokens.trueIds, ...tokens.falseIds],
  };
}

/**
 * Judges each answer and its distractors: P(True) by a prompt of its own, and NormPTrue over them all.
 * The prompts of one question share their beginning up to the proposed answer.
 *
 * @param answers - With their distractors. Not mutated.
 * @returns The answers with `pTrue` and `normalizedPTrue` added and each distractor's P(True) filled in.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function judgeAnswers(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  options: Pick<
    ScoringOptions,
    'prompts' | 'minimumMass' | 'normalization' | 'scores' | 'promptHash'
  >,
  origin: ScoreOrigin,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const tokens = trueFalseTokens(tokenizer);
  const requests: NextTokenRequest[] = [];
  const spans: { readonly from: number; readonly texts: readonly string[] }[] = [];
  for (const answer of answers) {
    const own = answer.extracted ?? answer.text;
    const texts = own === '' ? [] : [own, ...answer.distractors.map((d) => d.text)];
    spans.push({ from: requests.length, texts });
    for (const text of texts) requests.push(request(answer, text, tokenizer, tokens, options));
  }
  const results = requests.length === 0 ? [] : await scope.next(requests, signal);
  const judged = results.map((result) =>
    pTrue(
      result.logProbabilities.slice(0, tokens.trueIds.length),
      result.logProbabilities.slice(tokens.trueIds.length),
    ),
  );
  const withMasses = answers.map((answer, i) => {
    const span = spans[i] as (typeof spans)[number];
    const verdicts = judged.slice(span.from, span.from + span.texts.length);
    const paid = results
      .slice(span.from, span.from + span.texts.length)
      .reduce((sum, result) => sum + result.ledger.computed, 0);
    const distractors: Distractor[] = answer.distractors.map((distractor, k) => {
      const verdict = verdicts[k + 1] ?? null;
      return {
        ...distractor,
        pTrue: verdict?.pTrue ?? null,
        trueMass: verdict?.trueMass ?? null,
        falseMass: verdict?.falseMass ?? null,
      };
    });
    const computed = { ...answer.computed, scoring: answer.computed.scoring + paid };
    return { verdict: verdicts[0] ?? null, answer: { ...answer, distractors, computed } };
  });
  const weighted =
    options.normalization === 'dinco-self'
      ? await selfWeights(
          scope,
          tokenizer,
          withMasses.map((item) => item.answer),
          tokens,
          options,
          signal,
        )
      : withMasses.map((item) => item.answer);
  return weighted.map((answer, i) => ({
    ...answer,
    scores: [
      ...answer.scores,
      ...judgedScores(answer, withMasses[i]?.verdict ?? null, options, origin),
    ],
  }));
}

function judgedScores(
  answer: WrittenAnswer,
  verdict: PTrue | null,
  options: Pick<
    ScoringOptions,
    'prompts' | 'minimumMass' | 'normalization' | 'scores' | 'promptHash'
  >,
  origin: ScoreOrigin,
): Score[] {
  const promptHash = options.promptHash(options.prompts.pTrue);
  const scores: Score[] = [];
  const why =
    answer.text === '' ? 'there is no answer to judge' : 'neither True nor False has a probability';
  if (options.scores.includes('pTrue'))
    scores.push(
      verdict === null
        ? missingScore('pTrue', why, origin, 'true-false', promptHash)
        : presentScore('pTrue', verdict.pTrue, origin, {
            mass: Math.min(1, verdict.trueMass + verdict.falseMass),
            minimumMass: options.minimumMass,
            components: {
              trueMass: verdict.trueMass,
              falseMass: verdict.falseMass,
              outsideMass: verdict.outsideMass,
            },
            normalization: 'true-false',
            promptHash,
          }),
    );
  if (options.scores.includes('normalizedPTrue')) {
    const rivals = answer.distractors.flatMap((d) =>
      d.pTrue === null ? [] : [{ pTrue: d.pTrue, weight: d.weight }],
    );
    const value =
      verdict === null ? null : normalizedPTrue(verdict.pTrue, rivals, options.normalization);
    scores.push(
      value === null || verdict === null
        ? missingScore('normalizedPTrue', why, origin, options.normalization, promptHash)
        : presentScore('normalizedPTrue', value, origin, {
            mass: Math.min(1, verdict.trueMass + verdict.falseMass),
            minimumMass: options.minimumMass,
            components: {
              total: rivals.reduce((sum, r) => sum + r.weight * r.pTrue, verdict.pTrue),
              distractors: rivals.length,
            },
            normalization: options.normalization,
            promptHash,
          }),
    );
  }
  return scores;
}
