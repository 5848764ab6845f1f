import { map, type MonoTypeOperatorFunction } from 'rxjs';
import { assembleBatch } from '../learning/assemble-batch.ts';
import type { LearningOptions } from '../learning/learning-options.ts';
import { observeAnswer } from '../learning/observe-answer.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import { loopEntries, type LoopCell } from './loop-state.ts';
import type { AnsweredBatch } from './question-batch.ts';

const read = new TextDecoder();

/**
 * Shows each answer of a batch to learning, in order; where they make samples, a training batch goes with the
 * commit. Without learning, only the gate's state is committed.
 *
 * State: that of learning, in `cell`. Drops, delays and reorders nothing.
 *
 * @param learning - `null`: nothing is trained.
 * @param batchIdOf - Hash of lineage and ordinal.
 */
export function learnBatches(
  cell: LoopCell,
  learning: LearningOptions | null,
  batchIdOf: (lineage: string, ordinal: number) => string,
): MonoTypeOperatorFunction<AnsweredBatch> {
  return map((batch) => {
    let state = cell.state.learning;
    let trainingBatch: AnsweredBatch['trainingBatch'] = null;
    if (learning !== null) {
      batch.planned.forEach(({ record }, i) => {
        const answer = batch.answers[i] as WrittenAnswer;
        const key = record.key === null ? answer.question.id : read.decode(record.key);
        const burst = batch.gate[i]?.burst ?? 0;
        state = observeAnswer(state, { answer, spoken: answer.spoken, burst, key }, learning);
      });
      const assembled = assembleBatch(state, learning, batchIdOf);
      state = assembled.state;
      trainingBatch = assembled.batch;
    }
    const after = { ...cell.state, learning: state };
    const entries = loopEntries(cell.committed, after);
    cell.state = after;
    cell.committed = after;
    return { ...batch, trainingBatch, loopEntries: entries };
  });
}
