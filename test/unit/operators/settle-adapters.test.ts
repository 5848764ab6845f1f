import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { of } from 'rxjs';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { newTrial } from '../../../src/learning/adapter-trial.ts';
import { settleAdapters, type SettleOptions } from '../../../src/operators/settle-adapters.ts';
import { adapterRecord, learningOptions } from '../../support/learning-fixture.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { plannedBatch } from '../../support/operator-fixture.ts';
import { ACTIVE, awaiting, cellOf, optionsOf, settle } from '../../support/settle-fixture.ts';

operatorContract('settleAdapters', () => ({
  operator: settleAdapters(cellOf(), optionsOf().options),
  items: [plannedBatch([0]), plannedBatch([1])],
  show: ({ planned, settled, adapterVersion }) => [
    planned.map(({ plan }) => plan.question.id),
    settled,
    adapterVersion,
  ],
  expected: [
    [['q0'], [], 0],
    [['q1'], [], 0],
  ],
}));

describe('settling adapters', () => {
  it('puts an accepted adapter in place before its batch goes on, and passes on what was decided', async () => {
    const cell = cellOf(awaiting(1));
    const record = adapterRecord(1);
    const { options, placed, loaded } = optionsOf({ 'batch 1': { record } });
    const [batch] = await settle(cell, options);
    assert.deepEqual(
      batch?.settled.map((one) => [one.record, one.decision.decision, one.decision.decidedAtMs]),
      [[record, 'accepted', options.clock.nowMs()]],
    );
    assert.deepEqual([batch?.adapterVersion, placed, loaded], [1, [1], [[1, true]]]);
    assert.deepEqual(cell.state.learning.active?.sha256, record.sha256);
    assert.equal(cell.state.learning.awaiting, null);
    assert.equal(cell.committed.learning.active, null, 'nothing is committed here');
  });

  it('goes on without an adapter that has not come', async () => {
    const cell = cellOf(awaiting(1));
    const { options, placed } = optionsOf();
    const [batch] = await settle(cell, options);
    assert.deepEqual([batch?.settled, batch?.adapterVersion, placed], [[], 0, [0]]);
    assert.equal(cell.state.learning.awaiting?.ordinal, 1);
  });

  it('leaves the one before in place where the guard objects', async () => {
    const active = { version: 1, sha256: '1'.repeat(64), optimizerSha256: null };
    const cell = cellOf({ ...awaiting(2), active });
    const record = adapterRecord(2, { heldOutError: { before: 0.1, after: 0.9 } });
    const { options, placed } = optionsOf({ 'batch 2': { record } });
    const [batch] = await settle(cell, options);
    assert.deepEqual(
      batch?.settled.map(({ decision }) => [decision.code, decision.activeVersion]),
      [['HELD_OUT_WORSE', 1]],
    );
    assert.deepEqual([batch?.adapterVersion, placed], [1, [1]]);
  });

  it('leaves the one before in place where the model refuses the new one', async () => {
    const active = { version: 1, sha256: '1'.repeat(64), optimizerSha256: null };
    const refused = new SeclError('ADAPTER_REFUSED', 'it does not fit');
    const cell = cellOf({ ...awaiting(2), active });
    const { options, placed } = optionsOf(
      { 'batch 2': { record: adapterRecord(2) } },
      ({ version }) => (version === 2 ? refused : null),
    );
    const [batch] = await settle(cell, options);
    assert.deepEqual(
      batch?.settled.map(({ decision }) => [decision.code, decision.reason]),
      [['ADAPTER_REFUSED', 'it does not fit']],
    );
    assert.deepEqual([batch?.adapterVersion, placed], [1, [1]]);
  });

  it('notes a training that failed, which has no record', async () => {
    const failure = { code: 'TRAINING_FAILED', reason: 'no sense' };
    const cell = cellOf(awaiting(1));
    const { options } = optionsOf({ 'batch 1': { failure } });
    const [batch] = await settle(cell, options);
    assert.deepEqual(
      batch?.settled.map(({ record, decision }) => [record, decision.decision, decision.code]),
      [[null, 'refused', 'TRAINING_FAILED']],
    );
    assert.equal(cell.state.learning.refusals, 1);
  });

  it('ends with any other error of the model or the desk', async () => {
    const record = adapterRecord(1);
    const broken = optionsOf({ 'batch 1': { record } }, () => new Error('on fire'));
    await assert.rejects(settle(cellOf(awaiting(1)), broken.options), /on fire/);
    const { options } = optionsOf();
    const outcomeOf = (): Promise<never> => Promise.reject(new Error('no desk'));
    await assert.rejects(settle(cellOf(awaiting(1)), { ...options, outcomeOf }), /no desk/);
  });

  it('puts the committed adapter in place once, and takes it out where learning began afresh', async () => {
    const active = { version: 3, sha256: '3'.repeat(64), optimizerSha256: null };
    const cell = cellOf({ active });
    const { options, placed, loaded } = optionsOf();
    const batches = await settle(cell, options, [
      () => undefined,
      () => {
        cell.state = { ...cell.state, learning: { ...cell.state.learning, active: null } };
      },
    ]);
    assert.deepEqual(
      batches.map(({ adapterVersion }) => adapterVersion),
      [3, 3, 0],
    );
    assert.deepEqual([placed, loaded], [[3, 0], [[3, false]]]);
  });

  // Weights that a batch left as they were are another version all the same: a run that is resumed loads that one.
  it('puts a version in place whose weights are those of the one before', async () => {
    const active = { version: 1, sha256: '1'.repeat(64), optimizerSha256: null };
    const cell = cellOf({ active });
    const record = adapterRecord(2, { sha256: active.sha256 });
    const { options, placed } = optionsOf({ 'batch 2': { record } });
    const batches = await settle(cell, options, [
      () => {
        cell.state = { ...cell.state, learning: { ...cell.state.learning, ...awaiting(2) } };
      },
    ]);
    assert.deepEqual(
      batches.map(({ adapterVersion }) => adapterVersion),
      [1, 2],
    );
    assert.deepEqual(placed, [1, 2]);
  });

  it('refuses what comes of a batch and is for another scope', async () => {
    const record = adapterRecord(1, { scope: 'turn' });
    const { options } = optionsOf({ 'batch 1': { record } });
    const [batch] = await settle(cellOf(awaiting(1)), options);
    assert.deepEqual(
      batch?.settled.map(({ decision }) => [decision.code, decision.activeVersion]),
      [['WRONG_SCOPE', 0]],
    );
  });

  it('keeps the LoRA settings of what it puts in place', async () => {
    const lora = { rank: 16, alpha: 32, projections: ['q' as const], lastLayers: 1 };
    const cell = cellOf(awaiting(1));
    await settle(cell, optionsOf({ 'batch 1': { record: adapterRecord(1, { lora }) } }).options);
    assert.deepEqual(cell.state.learning.active?.lora, lora);
  });

  const GUARD = { ...learningOptions().guard, trialQuestions: 4 };
  const LEARNING = learningOptions({ guard: GUARD });

  it('refuses weights that lead too far from base, and does not try them', async () => {
    const cell = cellOf({ ...awaiting(2), active: ACTIVE });
    const { options, placed } = optionsOf({ 'batch 2': { record: adapterRecord(2) } });
    const load: SettleOptions['load'] = async ({ version }) => ({
      version,
      rank: 1,
      scaling: 1,
      sites: [
        {
          layer: 0,
          projection: 'q',
          a: Float32Array.of(11),
          b: Float32Array.of(version === 2 ? 10 : 1),
        },
      ],
    });
    const [batch] = await settle(cell, { ...options, load });
    assert.deepEqual(
      batch?.settled.map(({ decision }) => [decision.code, decision.activeVersion]),
      [['DRIFTED', 1]],
    );
    assert.deepEqual([batch?.adapterVersion, placed], [1, [1]]);
  });

  it('puts a new adapter on trial, the one before beside it, until its questions are used up', async () => {
    const cell = cellOf({ ...awaiting(2), active: ACTIVE });
    const { options, placed, beside } = optionsOf({ 'batch 2': { record: adapterRecord(2) } });
    const trial = (left: number, after: number): void => {
      const { learning } = cell.state;
      const asked = 4 - left;
      const sums = {
        confidence: { before: asked / 2, after: asked / 2 },
        error: { before: 0, after },
      };
      cell.state = {
        ...cell.state,
        learning: { ...learning, trial: { left, asked, aimed: asked, ...sums } },
      };
    };
    const batches = await settle(cell, { ...options, learning: LEARNING }, [
      () => {
        trial(3, 0);
      },
      () => {
        trial(0, 0);
      },
    ]);
    assert.deepEqual(
      batches.map(({ trialQuestions }) => trialQuestions),
      [4, 3, 0],
    );
    assert.deepEqual(
      batches.map(({ settled }) => settled.map(({ decision }) => decision.code)),
      [['ON_TRIAL'], [], ['TRIAL_PASSED']],
    );
    assert.deepEqual([placed, beside], [[2], [1]]);
  });

  it('resumes a trial with both adapters', async () => {
    const active = { version: 2, sha256: '2', optimizerSha256: null };
    const cell = cellOf({ active, previous: ACTIVE, trial: newTrial(3), ordinal: 2 });
    const { options, placed, beside } = optionsOf();
    const [batch] = await settle(cell, { ...options, learning: LEARNING });
    assert.deepEqual([batch?.trialQuestions, placed, beside], [3, [2], [1]]);
  });

  it('rolls back an adapter that fails its trial, and refuses what was trained on top of it', async () => {
    for (const previous of [ACTIVE, null]) {
      const active = { version: 2, sha256: '2', optimizerSha256: null };
      // Cut short by the adapter that has come: one question moved away from its target by 0.5.
      const trial = {
        left: 3,
        asked: 1,
        aimed: 1,
        confidence: { before: 0.5, after: 0.5 },
        error: { before: 0.25, after: 0.75 },
      };
      const cell = cellOf({ ...awaiting(3), active, previous, trial });
      const { options, placed, loaded } = optionsOf({ 'batch 3': { record: adapterRecord(3) } });
      const [batch] = await settle(cell, { ...options, learning: LEARNING });
      const version = previous?.version ?? 0;
      assert.deepEqual(
        batch?.settled.map(({ record, decision, restored }) => [
          record?.version ?? null,
          decision.decision,
          decision.version,
          decision.code,
          decision.activeVersion,
          restored?.version ?? restored,
        ]),
        [
          [null, 'rolled-back', 2, 'TRIAL_HELD_OUT_WORSE', version, previous?.version ?? null],
          [3, 'refused', 3, 'OUTDATED', version, undefined],
        ],
      );
      assert.deepEqual(
        [batch.adapterVersion, batch.trialQuestions, placed],
        [version, 0, [version]],
      );
      assert.ok(loaded.every(([loadedVersion]) => loadedVersion !== 3));
    }
  });

  it('cancels the wait for an adapter when it is unsubscribed from', async () => {
    const { options } = optionsOf();
    const signals: AbortSignal[] = [];
    const waiting: SettleOptions = {
      ...options,
      outcomeOf: (_, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    };
    const subscription = of(plannedBatch([0]))
      .pipe(settleAdapters(cellOf(awaiting(1)), waiting))
      .subscribe();
    await nextTurn();
    assert.equal(signals[0]?.aborted, false);
    subscription.unsubscribe();
    assert.equal(signals[0].aborted, true);
  });
});
