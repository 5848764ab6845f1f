import { concatMap, of, type MonoTypeOperatorFunction } from 'rxjs';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { needsJudging, scoreByJudging } from '../secl/score-by-judging.ts';
import { missingScore, type ScoreOrigin } from '../secl/score-of.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import { answeringOrigin } from './answering-origin.ts';
import { fromAbortable } from './from-abortable.ts';
import type { ScopedBatch } from './question-batch.ts';

/** Which answers are judged. */
export type JudgedAnswers = 'always' | 'burst';

/** The scores of an answer that is not judged: there is no number, and why. */
function unjudged(
  answer: WrittenAnswer,
  { scores, normalization }: Pick<ScoringOptions, 'scores' | 'normalization'>,
  origin: ScoreOrigin,
): WrittenAnswer {
  const missing = (['pTrue', 'normalizedPTrue'] as const)
    .filter((name) => scores.includes(name))
    .map((name) =>
      missingScore(
        name,
        'the answer stands outside a burst',
        origin,
        name === 'pTrue' ? 'true-false' : normalization,
      ),
    );
  return { ...answer, scores: [...answer.scores, ...missing] };
}

/**
 * Scores a batch's answers with P(True) and NormPTrue: all of them, or those in a burst. Passes a batch on
 * untouched where neither score is asked for.
 *
 *     source  --a-----|
 *     result  -----A--|
 *
 * State: none. Unsubscribing cancels the model's work. Errors pass through.
 */
export function judgeBatches(
  tokenizer: Tokenizer,
  options: ScoringOptions,
  origin: ScoreOrigin,
  judged: JudgedAnswers = 'always',
): MonoTypeOperatorFunction<ScopedBatch> {
  return concatMap((batch) => {
    if (!needsJudging(options)) return of(batch);
    const { scope, answers, gate } = batch;
    const judgedOrigin = answeringOrigin(origin, batch, options.adapterScope);
    const chosen = answers.filter((_, i) => judged === 'always' || (gate[i]?.burst ?? 0) > 0);
    if (chosen.length === 0)
      return of({ ...batch, answers: answers.map((a) => unjudged(a, options, judgedOrigin)) });
    return fromAbortable(async (signal) => {
      const scored = await scoreByJudging(scope, tokenizer, chosen, options, judgedOrigin, signal);
      const byAnswer = new Map(chosen.map((answer, i) => [answer, scored[i]]));
      return {
        ...batch,
        answers: answers.map((a) => byAnswer.get(a) ?? unjudged(a, options, judgedOrigin)),
      };
    });
  });
}
