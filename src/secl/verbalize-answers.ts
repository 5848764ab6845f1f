import { precondition } from '../errors/secl-error.ts';
import type { Score, ScoreName } from '../events/score.ts';
import type { ModelScope, NextTokenRequest } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { fillTemplate } from './prompts/fill-template.ts';
import { nextWithinContext, overlong } from './next-within-context.ts';
import type { PromptTemplate } from './prompts/prompt-set.ts';
import { missingScore, presentScore, scoreValue, type ScoreOrigin } from './score-of.ts';
import type { Evidence, ScoringOptions } from './scoring-options.ts';
import { evidenceDigit, verbalizedConfidence } from './verbalized-confidence.ts';
import type { WrittenAnswer } from './work.ts';

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

const EVIDENCE_SCORE: Readonly<Record<Exclude<Evidence, 'none'>, ScoreName>> = {
  'answer-probability': 'answerProbability',
  'token-certainty': 'tokenCertainty',
};

/** The number put into the prompt as evidence, or `null` where there is none. */
function evidenceOf(answer: WrittenAnswer, evidence: Evidence): number | null {
  return evidence === 'none' ? null : scoreValue(answer.scores, EVIDENCE_SCORE[evidence]);
}

interface Verbalization {
  readonly answer: WrittenAnswer;
  readonly name: 'verbalized' | 'verbalizedWithEvidence';
  readonly template: PromptTemplate;
  readonly components: Readonly<Record<string, number>>;
  readonly request: NextTokenRequest;
}

/**
 * Asks for one digit after each answer, in the same conversation: plain, with evidence, or both. The
 * conversation continues the answer's own token ids, so that its cache serves.
 *
 * @param answers - With their free scores. Not mutated.
 * @param origin - The model; the adapter is named by what the model says acted.
 * @returns The answers with `verbalized` and `verbalizedWithEvidence` added, whichever were asked for.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function verbalizeAnswers(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  options: Pick<
    ScoringOptions,
    'prompts' | 'evidence' | 'minimumMass' | 'scores' | 'promptHash' | 'contextLength'
  >,
  origin: ScoreOrigin,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const digits = digitTokens(tokenizer);
  const added = new Map<WrittenAnswer, Score[]>(answers.map((answer) => [answer, []]));
  const plans: Verbalization[] = [];
  for (const answer of answers) {
    const plan = (
      name: Verbalization['name'],
      template: PromptTemplate,
      gaps: Readonly<Record<string, string>>,
      components: Readonly<Record<string, number>>,
    ): void => {
      const followUp = tokenizer.encodeFollowUp(answer.messages, fillTemplate(template.user, gaps));
      const prompt = [...answer.promptIds, ...answer.tokens.map((token) => token.id), ...followUp];
      plans.push({ answer, name, template, components, request: { prompt, tokens: digits } });
    };
    if (options.scores.includes('verbalized'))
      plan('verbalized', options.prompts.confidence, {}, {});
    if (options.scores.includes('verbalizedWithEvidence')) {
      const template = options.prompts.confidenceWithEvidence;
      const evidence = evidenceOf(answer, options.evidence);
      if (evidence === null) {
        const why = options.evidence === 'none' ? 'no evidence is set' : 'the evidence is missing';
        const hash = options.promptHash(template);
        added
          .get(answer)
          ?.push(missingScore('verbalizedWithEvidence', why, origin, 'digits', hash));
      } else {
        const digit = String(evidenceDigit(evidence));
        plan('verbalizedWithEvidence', template, { evidence: digit }, { evidence });
      }
    }
  }
  const { contextLength } = options;
  const requests = plans.map((plan) => plan.request);
  const results = await nextWithinContext(scope, requests, contextLength, signal);
  const computed = new Map<WrittenAnswer, number>();
  plans.forEach(({ answer, name, template, components, request }, i) => {
    const result = results[i] ?? null;
    const spoken = result === null ? null : verbalizedConfidence(result.logProbabilities);
    const promptHash = options.promptHash(template);
    const why =
      result === null ? overlong(request.prompt, contextLength) : 'no digit has any probability';
    const spokenBy = { ...origin, adapterVersion: result?.adapterVersion ?? origin.adapterVersion };
    added.get(answer)?.push(
      spoken === null
        ? missingScore(name, why, spokenBy, 'digits', promptHash)
        : presentScore(name, spoken.confidence, spokenBy, {
            mass: spoken.mass,
            minimumMass: options.minimumMass,
            components,
            normalization: 'digits',
            promptHash,
          }),
    );
    computed.set(answer, (computed.get(answer) ?? 0) + (result?.ledger.computed ?? 0));
  });
  return answers.map((answer) => ({
    ...answer,
    scores: [...answer.scores, ...(added.get(answer) ?? [])],
    computed: {
      ...answer.computed,
      confidence: answer.computed.confidence + (computed.get(answer) ?? 0),
    },
  }));
}
