import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runDefinitions, runNotes } from '../../../src/report/run-notes.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';
import { verdictOf } from '../../support/verdict-fixture.ts';

const stream = (value: string) => [{ name: 'Stream (SHA-256)', value }];

describe('runNotes', () => {
  it('are none of a whole run', () => {
    assert.deepEqual(runNotes([syntheticRunReport('a', 1)]), []);
  });

  it('have the verdict at the run’s end, where a window has closed', () => {
    const verdict = verdictOf({ level: 'do-not-trust', reason: 'R.' });
    assert.deepEqual(runNotes([syntheticRunReport('a', 1, { verdict })]), [
      'Verdict: do not trust. R.',
    ]);
    assert.deepEqual(runNotes([syntheticRunReport('a', 1, { verdict: null })]), []);
  });

  it('name the run they are about where there are several', () => {
    const broken = { complete: false, notes: ['2 answers are lost.'] };
    const [stopped, lost] = runNotes([
      syntheticRunReport('a', 1, broken),
      syntheticRunReport('b', 2),
    ]);
    assert.match(stopped ?? '', /^a: this run was stopped before its end; .* 50 questions\.$/);
    assert.equal(lost, 'a: 2 answers are lost.');
  });

  it('say whether the runs were asked the same', () => {
    const of = (a: string, b: string) =>
      runNotes([
        syntheticRunReport('a', 1, { provenance: stream(a) }),
        syntheticRunReport('b', 2, { provenance: stream(b) }),
      ]).at(-1) ?? '';
    assert.match(of('x', 'x'), /^All runs were asked the same/);
    assert.match(of('x', 'y'), /not certainly/);
    const cut = runNotes([
      syntheticRunReport('a', 1, { provenance: stream('x') }),
      syntheticRunReport('b', 2, { provenance: stream('x'), complete: false }),
    ]);
    assert.match(cut.at(-1) ?? '', /not certainly/, 'one was stopped before the last of them');
    // Neither run says what it was asked.
    const unknown = runNotes([syntheticRunReport('a', 1), syntheticRunReport('b', 2)]);
    assert.match(unknown.at(-1) ?? '', /not certainly/);
  });
});

describe('runDefinitions', () => {
  it('explain ECE once, and run by run where it is not the same', () => {
    const first = syntheticRunReport('a', 1);
    const { summary } = first;
    const bins = { ...summary, definition: { ...summary.definition, bins: 15 } };
    const [ece = ''] = runDefinitions([first, syntheticRunReport('b', 2)]);
    assert.match(ece, /^ECE: 10 bins/);
    const both = runDefinitions([first, syntheticRunReport('b', 2, { summary: bins })]);
    assert.equal(both[0], `a: ${ece}`);
    assert.ok(both.some((note) => note.startsWith('b: ECE: 15 bins')));
  });
});
