import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assembleBatch } from '../../../src/learning/assemble-batch.ts';
import type { LearningOptions } from '../../../src/learning/learning-options.ts';
import type { LearningState } from '../../../src/learning/learning-state.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import {
  learningOptions,
  learningState,
  manyRemembered,
  remembered,
  sampleOf,
} from '../../support/learning-fixture.ts';

const batchIdOf = (lineage: string, ordinal: number): string => `${lineage} ${ordinal}`;

const WAITING = learningState({ fresh: manyRemembered(3), answered: 20, ordinal: 4 });

function assemble(
  state: LearningState,
  over: Partial<LearningOptions> = {},
): { readonly state: LearningState; readonly batch: TrainingBatch } {
  const { batch, ...rest } = assembleBatch(state, learningOptions(over), batchIdOf);
  assert.ok(batch !== null, 'there is no batch');
  return { ...rest, batch };
}

describe('a training batch', () => {
  it('is not made without samples, while one is awaited, while frozen or resting, or without a number', () => {
    const states: Partial<LearningState>[] = [
      { fresh: [], heldOut: [remembered('h')], memory: manyRemembered(2) },
      { awaiting: { batchId: 'b', ordinal: 4, samples: [] } },
      { frozen: true },
      { restUntil: 21 },
      // A version's record holds an int.
      { ordinal: 2 ** 31 - 1 },
    ];
    for (const over of states) {
      const state = { ...WAITING, ...over };
      const result = assembleBatch(state, learningOptions(), batchIdOf);
      assert.equal(result.batch, null);
      assert.equal(result.state, state);
    }
    assert.equal(assemble({ ...WAITING, restUntil: 20 }).batch.ordinal, 5, 'it has rested');
    assert.equal(assemble({ ...WAITING, ordinal: 2 ** 31 - 2 }).batch.ordinal, 2 ** 31 - 1);
  });

  // A step has a new sample in any case: what no step descends would be measured for nothing.
  it('replays no more than its steps descend', () => {
    const state = { ...WAITING, memory: manyRemembered(40) };
    for (const [samplesPerStep, replayShare, replayed] of [
      [1, 0.5, 0],
      [8, 1, 28],
      [8, 0.5, 16],
    ] as const) {
      const { batch } = assemble(state, { samplesPerStep, replayShare, steps: 4 });
      const own = batch.samples.flatMap(({ role }, at) => (role === 'replayed' ? [at] : []));
      assert.equal(own.length, replayed, `${samplesPerStep} × ${replayShare}`);
      const used = new Set(batch.steps.flat());
      assert.ok(own.every((at) => used.has(at)));
    }
  });

  it('goes on with the LoRA settings of what acts, whatever the topology says', () => {
    const lora = { rank: 16, alpha: 32, projections: ['q' as const], lastLayers: 1 };
    const active = { version: 3, sha256: 'a'.repeat(64), optimizerSha256: null, lora };
    assert.deepEqual(assemble({ ...WAITING, active }).batch.lora, lora);
  });

  it('holds all that a trainer needs, and the state awaits its adapter', () => {
    const active = { version: 3, sha256: 'a'.repeat(64), optimizerSha256: 'b'.repeat(64) };
    const { batch, state } = assemble({ ...WAITING, active });
    const { lora, optimizer, confidenceTokenIds, baseSha256 } = learningOptions();
    const { seed, samples, steps, ...rest } = batch;
    assert.deepEqual(rest, {
      batchId: 'line 5',
      lineage: 'line',
      ordinal: 5,
      scope: 'position',
      confidenceTokenIds,
      loss: 'two-hot',
      lossParameters: { maxStep: 0.2 },
      lora,
      optimizer,
      parentVersion: 3,
      parentSha256: active.sha256,
      parentOptimizerSha256: active.optimizerSha256,
      baseSha256,
    });
    assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
    assert.deepEqual(
      samples,
      WAITING.fresh.map(({ sample }) => sample),
    );
    assert.equal(steps.length, 4);
    assert.deepEqual(state, {
      ...WAITING,
      active,
      ordinal: 5,
      awaiting: { batchId: 'line 5', ordinal: 5, samples: WAITING.fresh },
      fresh: [],
    });
  });

  it('without an adapter has no parent', () => {
    const { parentVersion, parentSha256, parentOptimizerSha256 } = assemble(WAITING).batch;
    assert.deepEqual([parentVersion, parentSha256, parentOptimizerSha256], [0, null, null]);
  });

  it('replays earlier samples beside the new ones, and descends no held-out one', () => {
    const state = {
      ...WAITING,
      memory: manyRemembered(30, 'old'),
      heldOut: Array.from({ length: 12 }, (_, i) => ({
        sample: sampleOf(`h${i}`, { role: 'held-out' }),
        key: `h${i}`,
      })),
    };
    // 2 steps of 8 samples, half replayed: 8 are drawn; of 12 held-out ones the newest 8 are measured.
    const { batch } = assemble(state, { steps: 2 });
    const roles = batch.samples.map(({ role }) => role);
    assert.deepEqual(roles, [
      ...Array<string>(3).fill('new'),
      ...Array<string>(8).fill('replayed'),
      ...Array<string>(8).fill('held-out'),
    ]);
    assert.equal(new Set(batch.samples.map(({ questionId }) => questionId)).size, 19);
    assert.deepEqual(
      batch.samples.slice(11).map(({ questionId }) => questionId),
      ['h4', 'h5', 'h6', 'h7', 'h8', 'h9', 'h10', 'h11'],
    );
    for (const step of batch.steps) {
      assert.deepEqual(step.filter((at) => at < 3).toSorted(), [0, 1, 2]);
      assert.equal(step.filter((at) => at >= 3 && at < 11).length, 4);
      assert.equal(step.length, 7);
    }
  });

  it('leaves samples waiting that none of its steps descends', () => {
    const state = { ...WAITING, fresh: manyRemembered(20) };
    const { batch, state: after } = assemble(state, { steps: 1, samplesPerStep: 4 });
    const used = batch.steps.flat();
    assert.equal(used.length, 4);
    assert.deepEqual(
      after.awaiting?.samples,
      state.fresh.filter((_, i) => used.includes(i)),
    );
    assert.deepEqual(
      after.fresh,
      state.fresh.filter((_, i) => !used.includes(i)),
    );
  });

  it('is drawn from the seed and its ordinal alone', () => {
    const state = { ...WAITING, fresh: manyRemembered(9), memory: manyRemembered(9, 'old') };
    const same = assemble(state).batch;
    assert.deepEqual(assemble({ ...state, answered: 99, burst: 7 }).batch, same);
    const differing = [
      assemble({ ...state, ordinal: 5 }).batch,
      assemble(state, { seed: 6 }).batch,
    ];
    for (const other of differing) {
      assert.notEqual(other.seed, same.seed);
      assert.notDeepEqual(other.steps, same.steps);
    }
  });
});
