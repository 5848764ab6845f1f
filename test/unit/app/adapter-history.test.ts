import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adapterHistory, versionOf } from '../../../src/app/adapter-history.ts';
import { ANY_LINEAGE } from '../../../src/events/adapter-decision.ts';
import { adapterDecision, adapterRecord } from '../../support/adapter-run.ts';

const records = [2, 1, 3].map((version) => adapterRecord({ version }));

describe('adapterHistory', () => {
  it('folds decisions, oldest first, into what acts and what became of each version', () => {
    const history = adapterHistory({
      records,
      decisions: [
        adapterDecision({ version: 1, activeVersion: 1 }),
        adapterDecision({ version: 2, activeVersion: 2 }),
        adapterDecision({ version: 3, decision: 'refused', code: 'MEAN_MOVED', activeVersion: 2 }),
        adapterDecision({ version: 2, decision: 'frozen', activeVersion: 2 }),
        adapterDecision({ version: 2, decision: 'rolled-back', activeVersion: 1 }),
      ],
    });
    assert.deepEqual(
      history.versions.map(({ record, status, active }) => [record.version, status, active]),
      [
        [1, 'accepted', true],
        [2, 'rolled-back', false],
        [3, 'refused', false],
      ],
    );
    assert.deepEqual([history.activeVersion, history.frozen], [1, true]);
    assert.equal(versionOf(history, 2).decisions.length, 3);
  });

  it('goes on with what replaced an adapter whose trial is passed later, by a partition that does not know yet', () => {
    const history = adapterHistory({
      records,
      decisions: [
        adapterDecision({ version: 1, code: 'ON_TRIAL', activeVersion: 1 }),
        adapterDecision({ version: 2, code: 'ON_TRIAL', activeVersion: 2 }),
        adapterDecision({ version: 1, code: 'TRIAL_PASSED', activeVersion: 1 }),
      ],
    });
    assert.equal(history.activeVersion, 2);
  });

  it('knows unfrozen from frozen, and takes a version that was put back for accepted', () => {
    const history = adapterHistory({
      records,
      decisions: [
        adapterDecision({ decision: 'frozen' }),
        adapterDecision({ decision: 'unfrozen' }),
        adapterDecision({ version: 1, decision: 'rolled-back', activeVersion: 3 }),
        adapterDecision({ version: 3, decision: 'rolled-back', activeVersion: 1 }),
      ],
    });
    assert.equal(history.frozen, false);
    assert.deepEqual(
      history.versions.map(({ status }) => status),
      ['accepted', 'undecided', 'rolled-back'],
    );
  });

  it('does not believe a partition that has waited in vain about what acts', () => {
    // Two partitions of a slow worker: the second had not taken up version 1 when it gave its own batch up, and the
    // newest decision said that none acts.
    const history = adapterHistory({
      records,
      decisions: [
        adapterDecision({ version: 1, activeVersion: 1 }),
        adapterDecision({ version: 1, decision: 'refused', code: 'OUTDATED', activeVersion: 0 }),
      ],
    });
    assert.equal(history.activeVersion, 1);
    assert.equal(history.versions[0]?.active, true);
  });

  it('does not take another partition’s batch that came too late for a version’s number for the version', () => {
    const late = { decision: 'refused', code: 'OUTDATED', activeVersion: 2 } as const;
    const history = adapterHistory({
      records,
      decisions: [
        adapterDecision({ version: 1, activeVersion: 1 }),
        adapterDecision({ version: 1, ...late, activeVersion: 1 }),
        adapterDecision({ version: 2, activeVersion: 2 }),
        adapterDecision({ version: 2, ...late }),
        adapterDecision({ version: 3, ...late, code: 'MEAN_MOVED' }),
        adapterDecision({ version: 3, ...late }),
      ],
    });
    assert.deepEqual(
      history.versions.map(({ status, active }) => [status, active]),
      [
        ['accepted', false],
        ['accepted', true],
        ['refused', false],
      ],
    );
  });

  it('has no adapter without decisions, and nothing in an empty run', () => {
    assert.equal(adapterHistory({ records, decisions: [] }).activeVersion, 0);
    assert.deepEqual(adapterHistory({ records: [], decisions: [] }), {
      lineage: ANY_LINEAGE,
      activeVersion: 0,
      frozen: false,
      versions: [],
    });
  });

  it('counts what was decided before any lineage began to the one that did', () => {
    const before = adapterDecision({ lineage: ANY_LINEAGE, version: 0, decision: 'frozen' });
    const history = adapterHistory({ records, decisions: [before] });
    assert.deepEqual([history.lineage, history.frozen], ['qa', true]);
  });

  it('keeps lineages apart, and asks which one is meant', () => {
    const two = { records: [...records, adapterRecord({ lineage: 'other' })], decisions: [] };
    assert.equal(adapterHistory(two, 'other').versions.length, 1);
    assert.throws(() => adapterHistory(two), { code: 'USAGE', hint: /--lineage/ });
    assert.throws(() => adapterHistory(two, 'third'), { code: 'USAGE', hint: /other, qa/ });
  });

  it('knows none by a name before the first began: a mistyped one would be obeyed by nobody', () => {
    const none = { records: [], decisions: [] };
    assert.throws(() => adapterHistory(none, 'qa'), { code: 'USAGE', hint: /leave --lineage out/ });
    assert.equal(adapterHistory(none, ANY_LINEAGE).lineage, ANY_LINEAGE);
  });

  it('says which versions there are', () => {
    const history = adapterHistory({ records, decisions: [] });
    assert.throws(() => versionOf(history, 9), { code: 'USAGE', hint: 'It has 1, 2, 3.' });
  });
});
