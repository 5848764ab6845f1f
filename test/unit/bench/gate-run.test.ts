import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runGate } from '../../../bench/gate-run.ts';
import { DEFAULT_GATE } from '../../../src/drift/gate-options.ts';

const stream = (domains: string) => ({
  observations: [...domains].map((domain) => ({
    ...{ entropyNats: null, answerProbability: null, hidden: undefined, domain },
  })),
});

describe('runGate', () => {
  it('counts the question of the change, what was missed, and false alarms', () => {
    // An incident every 3 questions, at indices 3, 6 and 9.
    const options = { ...DEFAULT_GATE, kind: 'periodic', period: 3, burst: 2 } as const;
    const run = runGate({ ...stream('aaaaabbbcd'), changes: [5, 8, 9], width: 0 }, options);
    assert.deepEqual(run, {
      between: ['a to b', 'b to c', 'c to d'],
      // At 6, for the change at 5; none before 9; at once.
      delays: [2, null, 1],
      falseAlarms: 1,
      questions: 10,
      // Two at the start, two each after 3 and 6, one after 9.
      inBursts: 7,
    });
  });

  it('lets alarms during a gradual change be about it, and one of them find it', () => {
    const options = { ...DEFAULT_GATE, kind: 'periodic', period: 2 } as const;
    const { between, delays, falseAlarms } = runGate(
      { ...stream('aaabab' + 'bbb'), changes: [3], width: 4 },
      options,
    );
    assert.deepEqual(between, ['a to b']);
    // Incidents at 2, 4, 6 and 8: before, within, within, after.
    assert.deepEqual(delays, [2]);
    assert.equal(falseAlarms, 2);
  });
});
