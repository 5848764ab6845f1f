import type { Distractor } from '../events/answer.ts';
import type { Score } from '../events/score.ts';
import type { ModelScope, NextTokenRequest, NextTokenResult } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { locateFinalAnswer } from './locate-final-answer.ts';
import { nextWithinContext, overlong } from './next-within-context.ts';
import { normalizedPTrue } from './normalized-p-true.ts';
import { pTrue, trueFalseTokens, type PTrue, type TrueFalseTokens } from './p-true.ts';
import { conversation } from './plan-question.ts';
import { choicesOf, proposedAnswer } from './proposed-answer.ts';
import { missingScore, presentScore, type ScoreOrigin } from './score-of.ts';
import type { ScoringOptions } from './scoring-options.ts';
import { selfWeights } from './self-weights.ts';
import type { WrittenAnswer } from './work.ts';

/** What {@link judgeAnswers} needs of the scoring options. */
export type JudgeOptions = Pick<
  ScoringOptions,
  'prompts' | 'minimumMass' | 'normalization' | 'scores' | 'promptHash' | 'contextLength'
>;

/**
 * The reasoning that stands before a reasoned answer's final answer, shared by its rivals: it must not go on to
 * say the answer. Empty where no final answer was found; then the whole text is judged.
 */
function reasoningOf({ question, text, extracted }: WrittenAnswer): string {
  if (question.style !== 'reasoning' || extracted === null) return '';
  const before = text.slice(0, locateFinalAnswer(text, extracted) ?? 0).trim();
  return before === '' ? '' : `Reasoning: ${before}\n`;
}

function request(
  answer: WrittenAnswer,
  text: string,
  tokenizer: Tokenizer,
  tokens: TrueFalseTokens,
  options: Pick<ScoringOptions, 'prompts'>,
): NextTokenRequest {
  const { question } = answer;
  const listed = choicesOf(question).map((choice) => `\n${choice.label}. ${choice.text}`);
  const messages = conversation(options.prompts.pTrue, {
    question: question.text + listed.join(''),
    reasoning: reasoningOf(answer),
    answer: proposedAnswer(question, text),
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
  options: JudgeOptions,
  origin: ScoreOrigin,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const tokens = trueFalseTokens(tokenizer);
  const requests: NextTokenRequest[] = [];
  const spans: { readonly from: number; readonly texts: readonly string[] }[] = [];
  for (const answer of answers) {
    const own = answer.extracted ?? answer.text;
    const texts = own.trim() === '' ? [] : [own, ...answer.distractors.map((d) => d.text)];
    spans.push({ from: requests.length, texts });
    for (const text of texts) requests.push(request(answer, text, tokenizer, tokens, options));
  }
  const { contextLength } = options;
  const results = await nextWithinContext(scope, requests, contextLength, signal);
  const judged = results.map((result) => readPTrue(result, tokens));
  const withMasses = answers.map((answer, i) => {
    const span = spans[i] as (typeof spans)[number];
    const verdicts = judged.slice(span.from, span.from + span.texts.length);
    const paid = results
      .slice(span.from, span.from + span.texts.length)
      .reduce((sum, result) => sum + (result?.ledger.computed ?? 0), 0);
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
    const prompt = requests[span.from]?.prompt ?? [];
    const why =
      span.texts.length === 0
        ? 'there is no answer to judge'
        : prompt.length > contextLength
          ? overlong(prompt, contextLength)
          : 'neither True nor False has a probability';
    return { verdict: verdicts[0] ?? null, why, answer: { ...answer, distractors, computed } };
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
  return weighted.map((answer, i) => {
    const { verdict, why } = withMasses[i] as (typeof withMasses)[number];
    return {
      ...answer,
      scores: [...answer.scores, ...judgedScores(answer, verdict, why, options, origin)],
    };
  });
}

/** P(True) of a result whose tokens are those of `tokens`; `null` without one. */
function readPTrue(result: NextTokenResult | null, { trueIds }: TrueFalseTokens): PTrue | null {
  if (result === null) return null;
  const { logProbabilities } = result;
  return pTrue(logProbabilities.slice(0, trueIds.length), logProbabilities.slice(trueIds.length));
}

/** Why there is no NormPTrue although there is a P(True), or `null`. */
function obstacleOf(
  { distractors }: WrittenAnswer,
  judged: number,
  { normalization }: JudgeOptions,
): string | null {
  // A distractor that was not judged would count as one the model holds for false.
  if (judged < distractors.length) return 'P(True) of a distractor is missing';
  // Divided by itself alone, every P(True) is 1.
  if (normalization === 'total' && judged === 0) return 'there is no distractor to normalise over';
  return null;
}

function judgedScores(
  answer: WrittenAnswer,
  verdict: PTrue | null,
  why: string,
  options: JudgeOptions,
  origin: ScoreOrigin,
): Score[] {
  const promptHash = options.promptHash(options.prompts.pTrue);
  const scores: Score[] = [];
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
    const obstacle = verdict === null ? why : obstacleOf(answer, rivals.length, options);
    const value =
      verdict === null || obstacle !== null
        ? null
        : normalizedPTrue(verdict.pTrue, rivals, options.normalization);
    const nothing = obstacle ?? 'neither the answer nor a distractor has any P(True)';
    scores.push(
      value === null || verdict === null
        ? missingScore('normalizedPTrue', nothing, origin, options.normalization, promptHash)
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
