import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import { newTrial } from '../../../src/learning/adapter-trial.ts';
import {
  abandonBatch,
  objectionTo,
  objectionToWeights,
  settleAdapter,
} from '../../../src/learning/decide-adapter.ts';
import type { LearningState } from '../../../src/learning/learning-state.ts';
import type { LoraAdapter } from '../../../src/ports/language-model.ts';
import {
  adapterRecord,
  learningOptions,
  learningState,
  manyRemembered,
} from '../../support/learning-fixture.ts';

const options = learningOptions();
const WHY = { code: 'SOME', reason: 'a reason' };

const awaiting = (ordinal: number, over: Partial<LearningState> = {}): LearningState =>
  learningState({
    ordinal,
    awaiting: { batchId: `batch ${ordinal}`, ordinal, samples: manyRemembered(3) },
    answered: 50,
    ...over,
  });

describe('objections to an adapter', () => {
  const codeOf = (over: Partial<AdapterRecord>): string | undefined =>
    objectionTo(adapterRecord(1, over), options)?.code;

  it('has none where the numbers hold up, or are not there', () => {
    assert.equal(codeOf({}), undefined);
    assert.equal(codeOf({ heldOutError: null, meanConfidence: null, loss: null }), undefined);
  });

  it('minds held-out samples that move away by more than they may', () => {
    // Fractions of two, so that the rise is exact: 0.0625 is more than 0.05, −0.5 is none.
    assert.equal(codeOf({ heldOutError: { before: 0.125, after: 0.1875 } }), 'HELD_OUT_WORSE');
    assert.equal(codeOf({ heldOutError: { before: 0.125, after: 0.15 } }), undefined);
    assert.equal(codeOf({ heldOutError: { before: 0.75, after: 0.25 } }), undefined);
    const guard = { ...options.guard, maxHeldOutRise: 0.0625 };
    const atTheEdge = adapterRecord(1, { heldOutError: { before: 0.125, after: 0.1875 } });
    assert.equal(objectionTo(atTheEdge, { guard }), null);
  });

  it('minds a mean confidence that moves too far, up or down', () => {
    assert.equal(codeOf({ meanConfidence: { before: 0.25, after: 0.75 } }), 'MEAN_MOVED');
    assert.equal(codeOf({ meanConfidence: { before: 0.75, after: 0.25 } }), 'MEAN_MOVED');
    assert.equal(codeOf({ meanConfidence: { before: 0.5, after: 0.75 } }), undefined);
  });

  it('minds any number that is not finite, before all else', () => {
    for (const name of ['loss', 'heldOutError', 'meanConfidence'] as const)
      for (const value of [NaN, Infinity]) {
        assert.equal(codeOf({ [name]: { before: 0, after: value } }), 'NOT_FINITE');
        assert.equal(codeOf({ [name]: { before: value, after: 0 } }), 'NOT_FINITE');
      }
  });
});

describe('objections to weights', () => {
  // One entry of A and of B each, scaled by 2: ‖2 · 3 · 4‖ = 24.
  const adapter = {
    version: 1,
    rank: 1,
    scaling: 2,
    sites: [
      { layer: 0, projection: 'q' as const, a: Float32Array.of(0, 3), b: Float32Array.of(4, 0) },
    ],
  };
  const codeOf = (maxDrift: number, over: Partial<LoraAdapter> = {}): string | undefined =>
    objectionToWeights({ ...adapter, ...over }, { guard: { maxDrift } })?.code;

  it('minds those that lead farther from base than the budget', () => {
    assert.equal(codeOf(24), undefined);
    assert.equal(codeOf(23.9), 'DRIFTED');
    assert.equal(codeOf(1e6, { scaling: NaN }), 'DRIFTED');
  });
});

describe('settling an adapter', () => {
  it('accepted, it acts, the one before is kept, and its samples are remembered', () => {
    const before = awaiting(2, {
      active: { version: 1, sha256: '1'.repeat(64), optimizerSha256: null },
      refusals: 1,
      trainedQuestions: 4,
      trainingTokens: 7,
    });
    const { state, decision } = settleAdapter(before, adapterRecord(2), null, options, 99);
    assert.deepEqual(decision, {
      lineage: 'line',
      version: 2,
      decision: 'accepted',
      code: 'none',
      reason: decision.reason,
      activeVersion: 2,
      decidedAtMs: 99,
    });
    assert.deepEqual(state.active, {
      version: 2,
      sha256: '2'.repeat(64),
      optimizerSha256: 'f'.repeat(64),
      lora: { rank: 2, alpha: 4, projections: ['q', 'v'], lastLayers: 2 },
    });
    assert.deepEqual(state.previous, before.active);
    assert.deepEqual(
      [state.awaiting, state.refusals, state.trainedQuestions, state.sampled, state.trainingTokens],
      [null, 0, 7, 3, 107],
    );
    assert.deepEqual(state.memory, manyRemembered(3));
  });

  it('accepted, it is on trial for as many questions as the guard says', () => {
    const guard = { ...options.guard, trialQuestions: 5 };
    const { state, decision } = settleAdapter(
      awaiting(1),
      adapterRecord(1),
      null,
      { ...options, guard },
      0,
    );
    assert.deepEqual(state.trial, newTrial(5));
    assert.equal(decision.code, 'ON_TRIAL');
    assert.equal(settleAdapter(awaiting(1), adapterRecord(1), null, options, 0).state.trial, null);
  });

  it('refused by a guard, its samples are remembered: they may teach with others', () => {
    for (const code of ['HELD_OUT_WORSE', 'MEAN_MOVED', 'DRIFTED']) {
      const why = { ...WHY, code };
      const { state } = settleAdapter(awaiting(2), adapterRecord(2), why, options, 0);
      assert.deepEqual([state.memory, state.sampled], [manyRemembered(3), 3], code);
      assert.equal(state.trainedQuestions, 0);
    }
  });

  it('comes too late where training was frozen meanwhile: it never acts, and is not counted', () => {
    const before = awaiting(1, { frozen: true, refusals: 1 });
    const { state, decision } = settleAdapter(before, adapterRecord(1), null, options, 0);
    assert.deepEqual([decision.decision, decision.code], ['refused', 'FROZEN']);
    assert.deepEqual([state.active, state.refusals, state.memory], [null, 1, manyRemembered(3)]);
  });

  it('refused for what its samples may have done, the one before acts on and they are not remembered; it is paid all the same', () => {
    const before = awaiting(2, {
      active: { version: 1, sha256: '1'.repeat(64), optimizerSha256: null },
    });
    const { state, decision } = settleAdapter(before, adapterRecord(2), WHY, options, 99);
    assert.deepEqual(
      [decision.decision, decision.code, decision.reason, decision.version, decision.activeVersion],
      ['refused', 'SOME', 'a reason', 2, 1],
    );
    assert.deepEqual(state, { ...before, awaiting: null, refusals: 1, trainingTokens: 100 });
  });

  it('outdated, it never acts, and is not counted among the refusals', () => {
    const outdated = { batchId: 'batch 1', ordinal: 1, samples: [], outdated: true } as const;
    const before = { ...awaiting(1), awaiting: outdated, refusals: 1 };
    const { state, decision } = settleAdapter(before, adapterRecord(1), null, options, 99);
    assert.deepEqual([decision.decision, decision.code], ['refused', 'OUTDATED']);
    assert.deepEqual(state, { ...before, awaiting: null, trainingTokens: 100 });
  });

  it('given up, it counts as refused; without any adapter version 0 acts', () => {
    const before = awaiting(1);
    const { state, decision } = abandonBatch(before, 'batch 1', WHY, options, 99);
    assert.deepEqual(state, { ...before, awaiting: null, refusals: 1 });
    assert.deepEqual(
      [decision.decision, decision.version, decision.activeVersion],
      ['refused', 1, 0],
    );
  });

  it('keeps the samples of a batch that came too late, and counts it for no refusal', () => {
    const before = awaiting(1, { refusals: 1 });
    const late = { code: 'OUTDATED', reason: 'another one came first' };
    const { state, decision } = abandonBatch(before, 'batch 1', late, options, 99);
    assert.deepEqual([state.awaiting, state.refusals, state.restUntil], [null, 1, 0]);
    assert.equal(state.memory.length, 3);
    assert.equal(decision.code, 'OUTDATED');
  });

  it('refused too often in a row, training rests', () => {
    const first = settleAdapter(awaiting(1), adapterRecord(1), WHY, options, 0).state;
    assert.deepEqual([first.refusals, first.restUntil], [1, 0]);
    const again = { ...first, ...awaiting(2), refusals: first.refusals };
    const second = abandonBatch(again, 'batch 2', WHY, options, 0).state;
    assert.deepEqual([second.refusals, second.restUntil], [0, 60], '50 answers, and 10 to rest');
  });

  it('an accepted one in between begins the count afresh', () => {
    const first = settleAdapter(awaiting(1), adapterRecord(1), WHY, options, 0).state;
    const second = { ...awaiting(2), refusals: first.refusals };
    const accepted = settleAdapter(second, adapterRecord(2), null, options, 0).state;
    const third = { ...accepted, awaiting: awaiting(3).awaiting };
    assert.deepEqual(
      settleAdapter(third, adapterRecord(3), WHY, options, 0).state.restUntil,
      0,
      'one refusal in a row',
    );
  });

  it('is a broken precondition for another batch, or where none is awaited', () => {
    const broken = { code: 'PRECONDITION' };
    for (const state of [awaiting(2), learningState()]) {
      assert.throws(() => settleAdapter(state, adapterRecord(1), null, options, 0), broken);
      assert.throws(() => abandonBatch(state, 'batch 1', WHY, options, 0), broken);
    }
  });
});
