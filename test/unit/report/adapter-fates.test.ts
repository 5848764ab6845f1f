import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adapterFates } from '../../../src/report/adapter-fates.ts';
import { adapterDecision, adapterRecord } from '../../support/adapter-run.ts';

describe('adapterFates', () => {
  it('joins versions with the newest decision, in order, and says which one acts', () => {
    const heldOutError = { before: 0.25, after: 0.125 };
    const fates = adapterFates(
      [adapterRecord({ version: 2, heldOutError }), adapterRecord({ version: 1 })],
      [
        adapterDecision({ version: 1, activeVersion: 1 }),
        adapterDecision({ version: 2, activeVersion: 2 }),
        adapterDecision({
          ...{ version: 2, decision: 'rolled-back', code: 'BY_HAND', reason: 'worse' },
          activeVersion: 1,
        }),
        adapterDecision({ version: 1, decision: 'frozen', reason: 'by hand', activeVersion: 1 }),
      ],
    );
    const loss = { before: 0.5, after: 0.25 };
    assert.deepEqual(fates, [
      {
        ...{ version: 1, decision: 'accepted', code: 'none', reason: 'it holds up', active: true },
        ...{ trainedOn: 2, loss, heldOutError: null },
      },
      {
        ...{ version: 2, decision: 'rolled-back', code: 'BY_HAND', reason: 'worse', active: false },
        ...{ trainedOn: 2, loss, heldOutError },
      },
    ]);
  });

  it('says what acts by the partition that put it in place, not by one that came too late', () => {
    const [first] = adapterFates(
      [adapterRecord({ version: 1 })],
      [
        adapterDecision({ version: 1, activeVersion: 1 }),
        adapterDecision({ version: 1, decision: 'refused', code: 'OUTDATED', activeVersion: 0 }),
      ],
    );
    assert.deepEqual([first?.decision, first?.active], ['accepted', true]);
  });

  it('shows a version that could not be trained, and one that nobody decided about', () => {
    const fates = adapterFates(
      [adapterRecord({ version: 4, loss: null })],
      [
        adapterDecision({
          ...{ version: 3, decision: 'refused', code: 'TRAINING_FAILED' },
          activeVersion: 0,
        }),
        // By hand, where none acted.
        adapterDecision({ version: 0, decision: 'rolled-back', activeVersion: 0 }),
      ],
    );
    assert.deepEqual(
      fates.map(({ version, decision, trainedOn, active }) => [
        ...[version, decision, trainedOn, active],
      ]),
      [
        [3, 'refused', null, false],
        [4, null, 2, false],
      ],
    );
  });

  it('goes by what was decided about the version, not about a batch that came too late for its number', () => {
    const late = { decision: 'refused', code: 'OUTDATED' } as const;
    const fates = adapterFates(
      [],
      [
        adapterDecision({ version: 1 }),
        adapterDecision({ version: 1, ...late }),
        adapterDecision({ version: 2, ...late, code: 'MEAN_MOVED' }),
        adapterDecision({ version: 2, ...late }),
        // The first batch for a number may fail, and another one take it.
        adapterDecision({ version: 3, ...late, code: 'TRAINING_FAILED' }),
        adapterDecision({ version: 3, activeVersion: 3 }),
      ],
    );
    assert.deepEqual(
      fates.map(({ decision, code }) => [decision, code]),
      [
        ['accepted', 'none'],
        ['refused', 'MEAN_MOVED'],
        ['accepted', 'none'],
      ],
    );
  });

  it('is empty for a run without adapters', () => {
    assert.deepEqual(adapterFates([], []), []);
  });
});
