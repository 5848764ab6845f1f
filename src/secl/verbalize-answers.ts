import { precondition } from '../errors/secl-error.ts';
import type { AdapterScope } from '../events/adapter-scope.ts';
import type { Score } from '../events/score.ts';
import type { ModelScope, NextTokenRequest } from '../ports/language-model.ts';
import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { freeEstimate } from './free-estimate.ts';
import { fillTemplate } from './prompts/fill-template.ts';
import { nextWithinContext, overlong } from './next-within-context.ts';
import type { PromptTemplate } from './prompts/prompt-set.ts';
import { missingScore, presentScore, scoreValue, type ScoreOrigin } from './score-of.ts';
import type { ScoringOptions } from './scoring-options.ts';
import { evidenceDigit, verbalizedConfidence } from './verbalized-confidence.ts';
import type { SpokenConfidence, WrittenAnswer } from './work.ts';

/**
 * One token per digit, 0 to 9.
 *
 * @throws SeclError `PRECONDITION` if the vocabulary spells a digit with several tokens: a first token that
 *   digits share would make every confidence the same.
 */
export function digitTokens(tokenizer: Tokenizer): number[] {
  const digits = Array.from({ length: 10 }, (_, digit) => tokenizer.encode(String(digit)));
  precondition(
    digits.every((ids) => ids.length === 1),
    'the vocabulary has no single token for a digit',
  );
  return digits.map((ids) => ids[0] as number);
}

/** A question with evidence, and the numbers that its gaps stand for. */
interface EvidenceQuestion {
  readonly template: PromptTemplate;
  /** Fractions in `[0, 1]` by gap; `null`: the score is missing. */
  readonly evidence: Readonly<Record<string, number | null>>;
}

/** How an answer is asked about with the evidence that is set; `null` where none is. */
function evidenceQuestion(
  answer: WrittenAnswer,
  { evidence, prompts }: Pick<ScoringOptions, 'evidence' | 'prompts'>,
): EvidenceQuestion | null {
  const probability = scoreValue(answer.scores, 'answerProbability');
  const certainty = scoreValue(answer.scores, 'tokenCertainty');
  switch (evidence) {
    case 'none':
      return null;
    case 'answer-probability':
      return { template: prompts.confidenceWithEvidence, evidence: { evidence: probability } };
    case 'token-certainty':
      return { template: prompts.confidenceWithEvidence, evidence: { evidence: certainty } };
    case 'probability-and-certainty':
      return { template: prompts.confidenceWithBoth, evidence: { probability, certainty } };
    case 'combination':
      return {
        template: prompts.confidenceWithCombination,
        evidence: { estimate: freeEstimate(answer) },
      };
  }
}

/** First position of a confidence prompt that an adapter acts on. */
function adaptFromOf(answer: WrittenAnswer, prompt: TokenIds, scope: AdapterScope): number {
  if (scope === 'position') return prompt.length - 1;
  return scope === 'turn' ? answer.promptIds.length + answer.tokens.length : 0;
}

interface Verbalization {
  readonly answer: WrittenAnswer;
  readonly name: 'verbalized' | 'verbalizedWithEvidence';
  /** Whether it is a score on base weights, the published confidence, or both. */
  readonly isScore: boolean;
  readonly isPublished: boolean;
  /** Whether it is asked under the adapter before, to be held beside the published one. */
  readonly isPrevious: boolean;
  readonly template: PromptTemplate;
  readonly components: Readonly<Record<string, number>>;
  readonly request: NextTokenRequest;
}

/** What {@link verbalizeAnswers} needs of the method's settings. */
export type VerbalizeOptions = Pick<
  ScoringOptions,
  | 'prompts'
  | 'evidence'
  | 'minimumMass'
  | 'scores'
  | 'published'
  | 'promptHash'
  | 'contextLength'
  | 'adapterScope'
> & {
  /**
   * The first so many answers have the published confidence asked for under the adapter before, too.
   * @defaultValue 0
   */
  readonly trialQuestions?: number;
};

/**
 * Asks for one digit after each answer, in the same conversation: plain, with evidence, or both. The
 * conversation continues the answer's own token ids, so that its cache serves. Where an adapter is in place, the
 * published one is asked for under it too, and the scores are those of the base weights; unless it acts on the whole
 * conversation, as the scope does then: scores are asked for under it as well.
 *
 * @param answers - With their free scores. Not mutated.
 * @param origin - The model, and the adapter in place (version 0: none).
 * @returns The answers with `verbalized` and `verbalizedWithEvidence` added, whichever were asked for, and the
 *   published one as `spoken`.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function verbalizeAnswers(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  options: VerbalizeOptions,
  origin: ScoreOrigin,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const digits = digitTokens(tokenizer);
  const added = new Map<WrittenAnswer, Score[]>(answers.map((answer) => [answer, []]));
  const spokenOf = new Map<WrittenAnswer, SpokenConfidence>();
  const adapted = origin.adapterVersion > 0;
  const everywhere = options.adapterScope === 'conversation';
  const scored = everywhere ? origin : { ...origin, adapterVersion: 0 };
  const { trialQuestions = 0 } = options;
  const plans: Verbalization[] = [];
  for (const [at, answer] of answers.entries()) {
    const soFar = answer.promptIds.concat(answer.tokens.map((token) => token.id));
    const plan = (
      name: Verbalization['name'],
      template: PromptTemplate,
      gaps: Readonly<Record<string, string>>,
      components: Readonly<Record<string, number>>,
    ): void => {
      const followUp = tokenizer.encodeFollowUp(answer.messages, fillTemplate(template.user, gaps));
      const prompt = soFar.concat(followUp);
      const isScore = options.scores.includes(name);
      const isPublished = options.published === name;
      const common = { answer, name, template, components };
      const request = { prompt, tokens: digits };
      const once = isPublished && (!adapted || everywhere);
      const plain = { isScore: false, isPublished: false, isPrevious: false };
      if (isScore || once) plans.push({ ...common, ...plain, isScore, isPublished: once, request });
      if (!isPublished || !adapted) return;
      const adaptFrom = adaptFromOf(answer, prompt, options.adapterScope);
      if (!everywhere)
        plans.push({
          ...common,
          ...plain,
          isPublished: true,
          request: { ...request, adaptFrom },
        });
      if (at < trialQuestions)
        plans.push({
          ...common,
          ...plain,
          isPrevious: true,
          request: { ...request, adaptFrom, previous: true },
        });
    };
    const wants = (name: Verbalization['name']): boolean =>
      options.scores.includes(name) || options.published === name;
    if (wants('verbalized')) plan('verbalized', options.prompts.confidence, {}, {});
    if (wants('verbalizedWithEvidence')) {
      const asked = evidenceQuestion(answer, options);
      const numbers = Object.entries(asked?.evidence ?? {});
      const known = numbers.filter((entry): entry is [string, number] => entry[1] !== null);
      if (asked === null || known.length < numbers.length) {
        const why = asked === null ? 'no evidence is set' : 'the evidence is missing';
        const hash = options.promptHash(asked?.template ?? options.prompts.confidenceWithEvidence);
        if (options.scores.includes('verbalizedWithEvidence'))
          added
            .get(answer)
            ?.push(missingScore('verbalizedWithEvidence', why, scored, 'digits', hash));
      } else {
        const digits = known.map(([gap, value]) => [gap, String(evidenceDigit(value))]);
        plan(
          'verbalizedWithEvidence',
          asked.template,
          Object.fromEntries(digits) as Record<string, string>,
          Object.fromEntries(known),
        );
      }
    }
  }
  const { contextLength } = options;
  const requests = plans.map((plan) => plan.request);
  const results = await nextWithinContext(scope, requests, contextLength, signal);
  const computed = new Map<WrittenAnswer, number>();
  const previousOf = new Map<WrittenAnswer, number>();
  plans.forEach((plan, i) => {
    const { answer, name, isScore, isPublished, isPrevious, template, components, request } = plan;
    const result = results[i] ?? null;
    const spoken = result === null ? null : verbalizedConfidence(result.logProbabilities);
    const promptHash = options.promptHash(template);
    const why =
      result === null ? overlong(request.prompt, contextLength) : 'no digit has any probability';
    if (isScore)
      added.get(answer)?.push(
        spoken === null
          ? missingScore(name, why, scored, 'digits', promptHash)
          : presentScore(name, spoken.confidence, scored, {
              mass: spoken.mass,
              minimumMass: options.minimumMass,
              components,
              normalization: 'digits',
              promptHash,
            }),
      );
    if (isPublished && spoken !== null)
      spokenOf.set(answer, {
        name,
        confidence: spoken.confidence,
        mass: spoken.mass,
        promptIds: request.prompt,
        adaptFrom: adaptFromOf(answer, request.prompt, options.adapterScope),
        adapterVersion: result?.adapterVersion ?? 0,
        previous: null,
      });
    if (isPrevious && spoken !== null) previousOf.set(answer, spoken.confidence);
    computed.set(answer, (computed.get(answer) ?? 0) + (result?.ledger.computed ?? 0));
  });
  return answers.map((answer) => {
    const spoken = spokenOf.get(answer);
    return {
      ...answer,
      scores: [...answer.scores, ...(added.get(answer) ?? [])],
      spoken: spoken === undefined ? null : { ...spoken, previous: previousOf.get(answer) ?? null },
      computed: {
        ...answer.computed,
        confidence: answer.computed.confidence + (computed.get(answer) ?? 0),
      },
    };
  });
}
