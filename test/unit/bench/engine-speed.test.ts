import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, workloadSpeed } from '../../../bench/engine-speed.ts';
import type { Round } from '../../../bench/workload.ts';

const round = (prefill: number, decode: number, step: number): Round => ({
  prefillSeconds: prefill,
  prefillProcessorSeconds: 2 * prefill,
  decodeSeconds: decode,
  decodeProcessorSeconds: 2 * decode,
  fastestStepSeconds: step,
});

describe('workloadSpeed', () => {
  it('counts every prompt and every step', () => {
    // 2 prompts of 3 tokens; 4 steps write 8 tokens, 2 a step.
    const prompts = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const rounds = [round(1, 4, 0.5), round(2, 2, 0.25), round(3, 8, 1)];
    assert.deepEqual(workloadSpeed({ name: 'w', prompts, steps: 4 }, rounds), {
      workload: 'w',
      prefill: { median: 3, best: 6, perProcessorSecond: 1.5 },
      decode: { median: 2, best: 8, perProcessorSecond: 1 },
    });
  });

  it('has no decoding speed where nothing is written', () => {
    const speed = workloadSpeed({ name: 'w', prompts: [[1]], steps: 0 }, [round(1, 0, 0)]);
    assert.equal(speed.decode, null);
  });
});

describe('median', () => {
  it('takes the middle, the lower of two', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2);
    assert.ok(Number.isNaN(median([])));
  });
});
