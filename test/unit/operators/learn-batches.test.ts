import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { from, lastValueFrom, toArray } from 'rxjs';
import { DEFAULT_GATE, initialGate } from '../../../src/drift/gate.ts';
import type { GateReading } from '../../../src/events/answer.ts';
import { learnBatches } from '../../../src/operators/learn-batches.ts';
import { loopCell, restoreLoop, type LoopCell } from '../../../src/operators/loop-state.ts';
import type { AnsweredBatch } from '../../../src/operators/question-batch.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import { learningOptions, learningState, spokenAnswer } from '../../support/learning-fixture.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { plannedBatch } from '../../support/operator-fixture.ts';

const batchIdOf = (lineage: string, ordinal: number): string => `${lineage} ${ordinal}`;
const cellOf = (): LoopCell =>
  loopCell({ gate: initialGate(DEFAULT_GATE), learning: learningState() });

const reading = (burst: number): GateReading => ({
  burst,
  positionInBurst: burst === 0 ? 0 : 1,
  incident: burst,
  alarm: false,
  statistics: {},
  thresholds: {},
});

/** Answers far from their targets, each in a burst of its own number. */
function answered(bursts: readonly number[], first = 0): AnsweredBatch {
  const ids = bursts.map((_, i) => first + i);
  return {
    ...plannedBatch(ids),
    answers: ids.map((id): WrittenAnswer => spokenAnswer(`q${id}`, 0.4, 0.9)),
    gate: bursts.map(reading),
  };
}

operatorContract('learnBatches', () => ({
  operator: learnBatches(cellOf(), null, batchIdOf),
  items: [answered([1, 1]), answered([0], 2)],
  show: ({ answers, trainingBatch, loopEntries }) => [
    answers.map(({ question }) => question.id),
    trainingBatch,
    loopEntries.size,
  ],
  expected: [
    [['q0', 'q1'], null, 0],
    [['q2'], null, 0],
  ],
}));

describe('learning from batches', () => {
  const options = learningOptions();
  const learn = (cell: LoopCell, ...batches: AnsweredBatch[]): Promise<AnsweredBatch[]> =>
    lastValueFrom(from(batches).pipe(learnBatches(cell, options, batchIdOf), toArray()));

  it('makes a training batch of the answers that stand in a burst', async () => {
    const [batch] = await learn(cellOf(), answered([0, 1, 1]));
    assert.equal(batch?.trainingBatch?.batchId, 'line 1');
    assert.deepEqual(
      batch.trainingBatch.samples.map(({ questionId }) => questionId),
      ['q1', 'q2'],
    );
  });

  it('counts samples under the keys of their records, or the question’s id without one', async () => {
    const cell = cellOf();
    const batch = answered([1, 1]);
    const planned = batch.planned.map((item, i) =>
      i === 0 ? item : { ...item, record: { ...item.record, key: null } },
    );
    await learn(cell, { ...batch, planned });
    assert.deepEqual(
      cell.state.learning.awaiting?.samples.map(({ key }) => key),
      ['key0', 'q1'],
    );
  });

  it('makes none outside bursts, or while one is awaited; samples wait then', async () => {
    const cell = cellOf();
    const batches = await learn(cell, answered([0]), answered([1], 1), answered([1, 0], 2));
    assert.deepEqual(
      batches.map(({ trainingBatch }) => trainingBatch?.ordinal ?? null),
      [null, 1, null],
    );
    assert.deepEqual(
      cell.state.learning.fresh.map(({ sample }) => sample.questionId),
      ['q2'],
    );
  });

  it('commits what the state has come to, batch by batch', async () => {
    const cell = cellOf();
    const entries = new Map<string, Uint8Array>();
    const batches = await learn(cell, answered([1, 1]), answered([1], 2), answered([0], 3));
    assert.equal(batches.length, 3);
    for (const { loopEntries } of batches)
      for (const [key, value] of loopEntries)
        if (value === null) entries.delete(key);
        else entries.set(key, value);
    assert.deepEqual(restoreLoop(entries, DEFAULT_GATE), cell.state);
    assert.equal(cell.committed, cell.state);
  });

  it('commits what the stages before have come to', async () => {
    const cell = cellOf();
    // The gate and the decision about an adapter change the state before learning sees the batch.
    cell.state = {
      gate: { ...cell.state.gate },
      learning: { ...cell.state.learning, trainingTokens: 5 },
    };
    const [batch] = await learn(cell, answered([0]));
    assert.deepEqual([...(batch?.loopEntries.keys() ?? [])].toSorted(), [
      'gate/state',
      'learning/tally',
    ]);
  });
});
