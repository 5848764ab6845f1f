import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastValueFrom, of } from 'rxjs';
import { DEFAULT_GATE, initialGate, type GateOptions } from '../../../src/drift/gate.ts';
import { gateBatches } from '../../../src/operators/gate-batches.ts';
import { loopCell, type LoopCell } from '../../../src/operators/loop-state.ts';
import type { ScopedBatch } from '../../../src/operators/question-batch.ts';
import { learningState } from '../../support/learning-fixture.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { scopedBatch } from '../../support/operator-fixture.ts';
import { written } from '../../support/secl-fixture.ts';

const ALWAYS: GateOptions = { ...DEFAULT_GATE, kind: 'always' };
const NEVER: GateOptions = { ...DEFAULT_GATE, kind: 'never' };

const cellOf = (options: GateOptions): LoopCell =>
  loopCell({ gate: initialGate(options), learning: learningState() });

const batchOf = (...ids: readonly number[]): ScopedBatch =>
  scopedBatch(ids, undefined, { answers: ids.map((id) => written('Lima', { id: `q${id}` })) });

operatorContract('gateBatches', () => ({
  operator: gateBatches(cellOf(NEVER), NEVER),
  items: [batchOf(0, 1), batchOf(2)],
  show: ({ answers, gate }) => [
    answers.map(({ question }) => question.id),
    gate.map(({ burst }) => burst),
  ],
  expected: [
    [
      ['q0', 'q1'],
      [0, 0],
    ],
    [['q2'], [0]],
  ],
}));

test('one reading an answer; where the gate is always open, each stands in a burst', async () => {
  const { gate } = await lastValueFrom(
    of(batchOf(0, 1, 2)).pipe(gateBatches(cellOf(ALWAYS), ALWAYS)),
  );
  assert.equal(gate.length, 3);
  assert.ok(gate.every(({ burst }) => burst > 0));
});

test('a batch without answers has no readings, and leaves the gate as it was', async () => {
  const cell = cellOf(ALWAYS);
  const before = cell.state.gate;
  const { gate } = await lastValueFrom(of(batchOf()).pipe(gateBatches(cell, ALWAYS)));
  assert.deepEqual([gate, cell.state.gate], [[], before]);
});

test('one batch or two, the gate comes to the same, and nothing is committed', async () => {
  const [one, two] = [cellOf(ALWAYS), cellOf(ALWAYS)];
  const stage = gateBatches(two, ALWAYS);
  await lastValueFrom(of(batchOf(0, 1, 2)).pipe(gateBatches(one, ALWAYS)));
  await lastValueFrom(of(batchOf(0), batchOf(1, 2)).pipe(stage));
  assert.deepEqual(two.state, one.state);
  assert.deepEqual(one.committed, cellOf(ALWAYS).committed);
});
