import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdapterDecision } from '../../../src/events/adapter-decision.ts';
import { INITIAL_LEARNING, type LearningState } from '../../../src/learning/learning-state.ts';
import { newTrial } from '../../../src/learning/adapter-trial.ts';
import { ADOPTED, isOrder, obeyDecision } from '../../../src/learning/obey-decision.ts';

const decided = (
  decision: AdapterDecision['decision'],
  over: Partial<AdapterDecision> = {},
): AdapterDecision => ({
  lineage: 'l',
  version: 4,
  decision,
  code: 'BY_HAND',
  reason: 'a test',
  activeVersion: 4,
  decidedAtMs: 1,
  ...over,
});

const adapter = (version: number): { version: number; sha256: string; optimizerSha256: null } => ({
  version,
  sha256: String(version),
  optimizerSha256: null,
});

describe('obeyDecision', () => {
  it('freezes and unfreezes, and leaves the adapter alone', () => {
    const state: LearningState = { ...INITIAL_LEARNING, active: adapter(4), ordinal: 4 };
    const frozen = obeyDecision(state, decided('frozen'), null);
    assert.deepEqual(frozen, { ...state, frozen: true });
    assert.deepEqual(obeyDecision(frozen, decided('unfrozen'), null), state);
  });

  it('leaves an imported version its number, and nothing else', () => {
    const state: LearningState = { ...INITIAL_LEARNING, active: adapter(4), ordinal: 4 };
    const imported = (version: number): AdapterDecision =>
      decided('imported', { version, activeVersion: 4 });
    assert.ok(isOrder(imported(6)));
    assert.deepEqual(obeyDecision(state, imported(6), null), { ...state, ordinal: 6 });
    assert.deepEqual(obeyDecision(state, imported(3), null), state);
  });

  it('puts another version in place, and outdates what is being trained from the one before', () => {
    const state: LearningState = {
      ...INITIAL_LEARNING,
      active: adapter(4),
      ordinal: 5,
      awaiting: { batchId: 'b', ordinal: 5, samples: [] },
      trial: newTrial(4),
    };
    const back = obeyDecision(state, decided('rolled-back', { activeVersion: 2 }), adapter(2));
    assert.deepEqual(back.active, adapter(2));
    assert.deepEqual(back.previous, adapter(4));
    assert.equal(back.trial, null, 'what a hand put in place is on no trial');
    assert.deepEqual(back.awaiting, { batchId: 'b', ordinal: 5, samples: [], outdated: true });
    assert.equal(back.ordinal, 5);
    const away = obeyDecision(state, decided('rolled-back', { activeVersion: 0 }), null);
    assert.equal(away.active, null);
  });

  it('numbers the next batch after an imported version', () => {
    const order = decided('rolled-back', { activeVersion: 9 });
    assert.equal(obeyDecision(INITIAL_LEARNING, order, adapter(9)).ordinal, 9);
  });

  it('adopts what another partition decided, unless it acts already', () => {
    const state: LearningState = {
      ...INITIAL_LEARNING,
      active: adapter(4),
      ordinal: 4,
      awaiting: { batchId: 'b', ordinal: 5, samples: [] },
      trial: newTrial(4),
    };
    const order = decided('rolled-back', { code: ADOPTED, version: 4, activeVersion: 4 });
    assert.deepEqual(obeyDecision(state, order, adapter(4)), state, 'its trial goes on');
    const newer = decided('rolled-back', { code: ADOPTED, version: 6, activeVersion: 6 });
    const adopted = obeyDecision(state, newer, adapter(6));
    assert.deepEqual(adopted.active, adapter(6));
    assert.equal(adopted.ordinal, 6);
    assert.equal(adopted.trial, null);
    assert.equal(adopted.awaiting?.outdated, true);
    const away = decided('rolled-back', { code: ADOPTED, version: 7, activeVersion: 0 });
    const base = { ...INITIAL_LEARNING };
    assert.deepEqual(obeyDecision(base, away, null), { ...base, ordinal: 7 });
  });

  it('takes what the fold decided itself for no order', () => {
    for (const decision of ['accepted', 'refused'] as const) {
      assert.equal(isOrder(decided(decision)), false);
      assert.equal(obeyDecision(INITIAL_LEARNING, decided(decision), null), INITIAL_LEARNING);
    }
    for (const decision of ['rolled-back', 'frozen', 'unfrozen'] as const)
      assert.ok(isOrder(decided(decision)));
    const ofTrial = decided('rolled-back', { code: 'TRIAL_HELD_OUT_WORSE' });
    assert.equal(isOrder(ofTrial), false, 'a trial ended so');
  });
});
