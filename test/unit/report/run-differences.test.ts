import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDifferences } from '../../../src/report/run-differences.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';

test('what differs is named once, with a gap where a run does not say', () => {
  const runs = [
    syntheticRunReport('a', 1, { provenance: [], model: 'one' }),
    syntheticRunReport('b', 2, {
      ...{ provenance: [], model: 'another' },
      settings: [
        { name: 'gate.burst', value: '16' },
        { name: 'gate.period', value: '5' },
      ],
    }),
  ];
  assert.deepEqual(runDifferences(runs), [
    { name: 'Model', values: ['one', 'another'] },
    { name: 'Seed', values: ['1', '2'] },
    { name: 'gate.burst', values: ['24', '16'] },
    { name: 'gate.period', values: [null, '5'] },
  ]);
  assert.deepEqual(runDifferences(runs.slice(0, 1)), []);
});
