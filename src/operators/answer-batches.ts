import { concatMap, type MonoTypeOperatorFunction } from 'rxjs';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { freeScores } from '../secl/free-scores.ts';
import { isRefused } from '../secl/plan-question.ts';
import type { ScoreOrigin } from '../secl/score-of.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import type { RefusedQuestion, WrittenAnswer } from '../secl/work.ts';
import { writeAnswers } from '../secl/write-answers.ts';
import { answeringOrigin } from './answering-origin.ts';
import { fromAbortable } from './from-abortable.ts';
import type { BaseState, PlannedRecord, ScopedBatch } from './question-batch.ts';

/**
 * Answers a batch's questions, on base weights unless the scope's adapter acts on all of it, and adds the scores that
 * come for free. A question that the model cannot answer joins the batch's unanswerable ones, and the batch goes on.
 *
 *     source  --a-----|
 *     result  -----A--|
 *
 * State: none. Unsubscribing cancels the model's work. Errors pass through.
 */
export function answerBatches(
  tokenizer: Tokenizer,
  options: Pick<ScoringOptions, 'maxTokens' | 'maxPromptTokens' | 'adapterScope'>,
  origin: ScoreOrigin,
): MonoTypeOperatorFunction<ScopedBatch> {
  return concatMap((batch) =>
    fromAbortable(async (signal) => {
      const plans = batch.planned.map((item) => item.plan);
      const results = await writeAnswers(batch.scope, tokenizer, plans, options, signal);
      const planned: PlannedRecord[] = [];
      const answers: WrittenAnswer[] = [];
      const unanswerable = [...batch.unanswerable];
      batch.planned.forEach((item, i) => {
        const result = results[i] as WrittenAnswer | RefusedQuestion;
        if (isRefused(result)) {
          const { code, reason } = result;
          unanswerable.push({ record: item.record, code, reason });
          return;
        }
        planned.push(item);
        // Evidence and the gate read the free scores, so they are there whether or not they are published.
        const scores = freeScores(result, answeringOrigin(origin, batch, options.adapterScope));
        answers.push({ ...onBase(result, batch.baseStates[i]), scores });
      });
      return { ...batch, planned, answers, unanswerable };
    }),
  );
}

/** An answer with the hidden state of base weights in the place of its own; what that cost is for the gate. */
function onBase(answer: WrittenAnswer, state: BaseState | undefined): WrittenAnswer {
  if (state === undefined) return answer;
  const { computed } = answer;
  return {
    ...answer,
    hidden: state.hidden,
    computed: { ...computed, scoring: computed.scoring + state.computed },
  };
}
