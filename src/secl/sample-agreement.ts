import { SeclError } from '../errors/secl-error.ts';
import type { ModelScope } from '../ports/language-model.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { extractAnswer } from '../text/extract-answer.ts';
import { proposedAnswer } from './proposed-answer.ts';
import { isRestatement } from './restatement.ts';
import type { ScoringOptions } from './scoring-options.ts';
import type { WrittenAnswer } from './work.ts';
import { lineBreakIds } from './write-answers.ts';

/** How answers are sampled. The defaults are DINCO's. */
export interface SamplingOptions {
  /** Samples an answer. @defaultValue 5 */
  readonly samples?: number;
  /** @defaultValue 1 */
  readonly temperature?: number;
  /** Nucleus mass. @defaultValue 0.95 */
  readonly topP?: number;
  /** Of all samples; each answer's depend on its question's id too, not on its company. */
  readonly seed: number;
}

/** How often the model, left to chance, says what it said. */
export interface SampledAgreement {
  /** Share of samples that say the same as the answer, in `[0, 1]`; `null` where there is no answer to compare. */
  readonly value: number | null;
  /** Positions computed for the samples. */
  readonly computed: number;
}

/**
 * Self-consistency: samples answers to each question anew and counts those that agree with the greedy one. Texts
 * agree where one restates the other, of choices and reasoned answers what is extracted.
 *
 * Source: Wang et al. 2023; settings DINCO, arXiv 2509.25532, with a lexical match in the place of entailment.
 *
 * @param scope - The one that the answers were written in, so that their prompts are served from its cache.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function sampleAgreement(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  options: Pick<ScoringOptions, 'maxTokens'> & SamplingOptions,
  signal?: AbortSignal,
): Promise<SampledAgreement[]> {
  const { samples = 5, temperature = 1, topP = 0.95, seed } = options;
  const lineBreaks = lineBreakIds(tokenizer);
  const comparable = answers.filter((answer) => saidBy(answer) !== null);
  const results = await scope.generate(
    comparable.flatMap(({ question, promptIds }) => {
      const random = seededRandom(seed).fork(question.id);
      return Array.from({ length: samples }, () => ({
        prompt: promptIds,
        maxTokens: options.maxTokens[question.style],
        stopTokenIds: question.style === 'reasoning' ? [] : lineBreaks,
        sampling: { temperature, topP, seed: random.integer(2 ** 31) },
      }));
    }),
    signal,
  );
  if (results.some(({ finishReason }) => finishReason === 'cancelled'))
    throw new SeclError('CANCELLED', 'sampling answers was cancelled');
  return answers.map((answer) => {
    const at = comparable.indexOf(answer);
    const said = saidBy(answer);
    if (at === -1 || said === null) return { value: null, computed: 0 };
    const own = results.slice(at * samples, (at + 1) * samples);
    const { question } = answer;
    const agreeing = own.filter(({ text }) => {
      const extracted = extractAnswer(question.style, text.trim(), question.choices).extracted;
      // A sample that holds no answer agrees with none.
      return extracted !== null && isRestatement(said, proposedAnswer(question, extracted));
    });
    return {
      value: agreeing.length / samples,
      computed: own.reduce((sum, { ledger }) => sum + ledger.computed, 0),
    };
  });
}

/** What an answer says, or `null` where that is nothing. */
function saidBy({ question, text, extracted }: WrittenAnswer): string | null {
  const own = extracted ?? text;
  return own.trim() === '' ? null : proposedAnswer(question, own);
}
