import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  detectorsOf,
  initialWatch,
  restartWatch,
  sidesOf,
  stepWatch,
} from '../../../src/drift/watch.ts';

const of = (entropyNats: number | null) => ({
  ...{ entropyNats, answerProbability: 0.5, hidden: Float32Array.of(1, 0), domain: null },
});

describe('stepWatch', () => {
  it('judges nothing during the warm-up, and skips what is missing', () => {
    let watch = initialWatch('entropy', 'cusum');
    for (const value of [1, 2, null, Number.NaN, 3, 4])
      watch = stepWatch(watch, 'entropy', of(value), 4);
    assert.deepEqual(watch.reference, { settled: [1, 2, 3, 4], recent: [] });
    assert.equal(watch.evidence, 0);
    // Rank 0.1 of five, normal score 1.2816, slack 0.5.
    watch = stepWatch(watch, 'entropy', of(9), 4);
    assert.ok(Math.abs(watch.evidence - 0.7816) < 1e-4);
  });

  it('begins the next segment with the newest two', () => {
    let watch = initialWatch('entropy', 'cusum');
    for (let i = 0; i < 9; i++) watch = stepWatch(watch, 'entropy', of(i), 4);
    const fresh = restartWatch(watch);
    assert.deepEqual(fresh.reference, { settled: [7, 8], recent: [] });
    assert.deepEqual(fresh.detectors, initialWatch('entropy', 'cusum').detectors);
  });
});

describe('sidesOf', () => {
  it('counts being far from the segment, not being near', () => {
    assert.equal(sidesOf('hidden'), 'one');
    assert.equal(sidesOf('entropy'), 'two');
  });
});

describe('detectorsOf', () => {
  it('counts two for hidden states: being far from the segment, and like the newest', () => {
    assert.equal(detectorsOf(['hidden']), 2);
    assert.equal(detectorsOf(['entropy', 'answer-probability']), 2);
    assert.equal(initialWatch('hidden', 'cusum').detectors.length, 2);
    assert.equal(initialWatch('entropy', 'cusum').detectors.length, 1);
  });
});
