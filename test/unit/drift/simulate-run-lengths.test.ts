import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { simulateRunLengths } from '../../../src/drift/simulate-run-lengths.ts';

const OPTIONS = { detector: 'cusum', sides: 'one', warmUp: 16, runs: 40, seed: 1 } as const;

describe('simulateRunLengths', () => {
  it('grows with the threshold, and is the same again', () => {
    const options = { ...OPTIONS, thresholds: [0.5, 1, 1.5], maxLength: 5000 };
    const lengths = simulateRunLengths(options);
    assert.deepEqual(
      lengths,
      [...lengths].sort((a, b) => a - b),
    );
    assert.deepEqual(simulateRunLengths(options), lengths);
  });

  it('counts the warm-up, and gives up at the longest', () => {
    // Evidence of 0 is passed at the earliest by the first value after the warm-up.
    const [none = 0, never = 0] = simulateRunLengths({
      ...OPTIONS,
      thresholds: [0, 99],
      maxLength: 200,
    });
    assert.ok(none > 16 && none < 40, `${none}`);
    assert.equal(never, 200);
  });
});
