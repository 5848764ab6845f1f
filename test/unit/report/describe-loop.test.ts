import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeLoop } from '../../../src/report/describe-loop.ts';
import type { LoopSummary } from '../../../src/report/replay-summary.ts';

const loop = (changes: Partial<LoopSummary>): LoopSummary => ({
  ...{ gate: 'drift', bursts: 4, questionsInBursts: 96, incidents: 4, alarms: 3 },
  adapters: { accepted: 11, refused: 1, rolledBack: 0, active: 11 },
  ...changes,
});

test('bursts and adapters are told in a line', () => {
  assert.equal(
    describeLoop(loop({})),
    '4 bursts with 96 questions; 11 adapters accepted, 1 refused; version 11 acts.',
  );
  const adapters = { accepted: 1, refused: 0, rolledBack: 1, active: 0 };
  assert.equal(
    describeLoop(loop({ bursts: 1, questionsInBursts: 1, adapters })),
    '1 burst with 1 question; 1 adapter accepted, 0 refused, 1 rolled back; no adapter acts.',
  );
});

test('the line of a long run fits into 100 columns', () => {
  const adapters = { accepted: 110, refused: 11, rolledBack: 2, active: 110 };
  const line = describeLoop(loop({ bursts: 40, questionsInBursts: 1960, adapters }));
  assert.ok(line.length <= 100, `${line.length}: ${line}`);
});
