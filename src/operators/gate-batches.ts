import { map, type MonoTypeOperatorFunction } from 'rxjs';
import { stepGate, type GateObservation, type GateOptions } from '../drift/gate.ts';
import type { GateReading } from '../events/answer.ts';
import { scoreValue } from '../secl/score-of.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import type { LoopCell } from './loop-state.ts';
import type { ScopedBatch } from './question-batch.ts';

/** What the gate sees of an answer. The domain is for the control that knows it. */
function observationOf({ question, scores, entropyNats, hidden }: WrittenAnswer): GateObservation {
  return {
    entropyNats,
    answerProbability: scoreValue(scores, 'answerProbability'),
    hidden,
    domain: question.domain,
  };
}

/**
 * Shows each answer of a batch to the drift gate, in order, and notes which of them stand in a burst.
 *
 *     source  --a--b--|
 *     result  --A--B--|
 *
 * State: the gate's, in `cell`. Drops, delays and reorders nothing.
 */
export function gateBatches(
  cell: LoopCell,
  options: GateOptions,
): MonoTypeOperatorFunction<ScopedBatch> {
  return map((batch) => {
    let { gate } = cell.state;
    const readings = batch.answers.map((answer): GateReading => {
      const step = stepGate(gate, observationOf(answer), options);
      gate = step.state;
      return step.status;
    });
    cell.state = { ...cell.state, gate };
    return { ...batch, gate: readings };
  });
}
