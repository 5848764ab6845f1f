import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdapterTrial } from '../../../src/learning/adapter-trial.ts';
import { endTrial, isTrialCode } from '../../../src/learning/end-trial.ts';
import type { LearningState } from '../../../src/learning/learning-state.ts';
import { learningOptions, learningState } from '../../support/learning-fixture.ts';

const adapter = (version: number): { version: number; sha256: string; optimizerSha256: null } => ({
  version,
  sha256: String(version),
  optimizerSha256: null,
});

/** A trial of 4 questions that is over: confidence 0.5, errors 0.25, unless a test says otherwise. */
const onTrial = (trial: Partial<AdapterTrial>, over: Partial<LearningState> = {}): LearningState =>
  learningState({
    active: adapter(3),
    previous: adapter(1),
    answered: 50,
    trial: {
      left: 0,
      asked: 4,
      aimed: 4,
      confidence: { before: 2, after: 2 },
      error: { before: 1, after: 1 },
      ...trial,
    },
    ...over,
  });

// The guard lets the distance grow by 0.05 and mean confidence move by 0.3.
const options = learningOptions();
const end = (state: LearningState, replaced = false): ReturnType<typeof endTrial> =>
  endTrial(state, options, replaced, 99);

describe('the end of a trial', () => {
  it('comes when its questions are used up, or another adapter has come', () => {
    assert.equal(end(onTrial({ left: 1 })), null);
    assert.equal(end(learningState({ active: adapter(3) })), null, 'there is none');
    for (const ended of [end(onTrial({})), end(onTrial({ left: 1 }), true)]) {
      assert.ok(ended);
      assert.equal(ended.state.trial, null);
      assert.deepEqual(ended.state.active, adapter(3));
      const { reason, ...decision } = ended.decision;
      assert.match(reason, /^over 4 questions it moved mean confidence from 0\.500 to 0\.500, /);
      assert.deepEqual(decision, {
        lineage: 'line',
        version: 3,
        decision: 'accepted',
        code: 'TRIAL_PASSED',
        activeVersion: 3,
        decidedAtMs: 99,
      });
    }
  });

  it('puts the adapter before back in place where the new one moves away from the targets', () => {
    // 1 / 4 to 1.25 / 4: a rise by 0.0625. To 1.1875 / 4 it is 0.046875.
    assert.equal(
      end(onTrial({ error: { before: 1, after: 1.1875 } }))?.decision.decision,
      'accepted',
    );
    const state = onTrial(
      { error: { before: 1, after: 1.25 } },
      { awaiting: { batchId: 'b', ordinal: 4, samples: [] } },
    );
    const ended = end(state);
    assert.ok(ended);
    assert.deepEqual(ended.state, {
      ...state,
      active: adapter(1),
      previous: null,
      trial: null,
      awaiting: { batchId: 'b', ordinal: 4, samples: [], outdated: true },
      refusals: 1,
    });
    const { decision, code, version, activeVersion } = ended.decision;
    assert.deepEqual(
      [decision, code, version, activeVersion],
      ['rolled-back', 'TRIAL_HELD_OUT_WORSE', 3, 1],
    );
  });

  it('does so too where mean confidence moved too far, back to base weights if need be', () => {
    const state = onTrial({ confidence: { before: 0.5, after: 2 } }, { previous: null });
    const ended = end(state);
    assert.deepEqual(
      [ended?.decision.code, ended?.decision.activeVersion, ended?.state.active],
      ['TRIAL_MEAN_MOVED', 0, null],
    );
  });

  it('counts as a refusal: too many in a row, and training rests', () => {
    // The guard lets 2 pass, and rests for 10 questions.
    const ended = end(onTrial({ error: { before: 0, after: 4 } }, { refusals: 1 }));
    assert.deepEqual([ended?.state.refusals, ended?.state.restUntil], [0, 60]);
  });

  it('without a question or a target decides by what there is', () => {
    const zero = { before: 0, after: 0 };
    const nothing = { left: 4, asked: 0, aimed: 0, confidence: zero, error: zero };
    assert.equal(end(onTrial(nothing), true)?.decision.code, 'TRIAL_PASSED');
    const untargeted = { aimed: 0, error: zero, confidence: { before: 0, after: 4 } };
    assert.equal(end(onTrial(untargeted))?.decision.code, 'TRIAL_MEAN_MOVED');
  });

  it('has codes of its own', () => {
    assert.ok(isTrialCode('TRIAL_PASSED'));
    for (const code of ['BY_HAND', 'ON_TRIAL', 'none', 'HELD_OUT_WORSE'])
      assert.equal(isTrialCode(code), false);
  });
});
