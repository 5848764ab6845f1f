import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderRunsTable } from '../../../src/report/render-runs-table.ts';
import { renderTable } from '../../../src/report/render-table.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';
import { verdictOf } from '../../support/verdict-fixture.ts';

describe('renderRunsTable', () => {
  it('shows one run as a replay ends, with its notes', () => {
    const run = syntheticRunReport('a', 1, { notes: ['1 answer is lost.'] });
    assert.equal(renderRunsTable([run]), `${renderTable(run.summary)}\nNote: 1 answer is lost.`);
  });

  it('ends with the verdict as the replay did', () => {
    const run = syntheticRunReport('a', 1, { verdict: null, notes: ['1 answer is lost.'] });
    assert.deepEqual(renderRunsTable([run]).split('\n').slice(-2), [
      'Verdict: not enough data. No window of answers has closed.',
      'Note: 1 answer is lost.',
    ]);
    const judged = { ...run, verdict: verdictOf({ reason: 'R.' }), notes: [] };
    assert.equal(renderRunsTable([judged]).split('\n').at(-1), 'Verdict: caution. R.');
  });

  it('shows several side by side, with what differs', () => {
    const text = renderRunsTable([syntheticRunReport('a', 1), syntheticRunReport('b', 2)]);
    assert.match(text, /^run +n +acc\./m);
    assert.match(text, /^Seed +1 +2$/m);
    assert.doesNotMatch(text, /undefined|NaN/);
  });

  it('obeys no control character of a name', () => {
    const bad = { title: 'x\u001b[2Jy' };
    const text = renderRunsTable([syntheticRunReport('a', 1, bad), syntheticRunReport('b', 2)]);
    assert.doesNotMatch(text, /\u001b/);
    assert.ok(text.includes('x\u{fffd}[2Jy'));
  });
});
