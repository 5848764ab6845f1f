import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';

describe('labelConfidences', () => {
  it('keeps rows with both values, in order, and counts the others', () => {
    const data = labelConfidences([
      { confidence: 0, correct: false },
      { confidence: null, correct: true },
      { confidence: 0.5, correct: null },
      { confidence: null, correct: null },
      { confidence: 1, correct: true },
    ]);
    assert.deepEqual([...data.confidence], [0, 1]);
    assert.deepEqual([...data.correct], [0, 1]);
    assert.equal(data.missing, 2);
    assert.equal(data.unlabelled, 1);
  });

  for (const confidence of [Number.NaN, -1e-12, 1 + 1e-12, Infinity]) {
    for (const correct of [true, null]) {
      it(`refuses ${confidence} with label ${correct}`, () => {
        assert.throws(() => labelConfidences([{ confidence, correct }]), { code: 'PRECONDITION' });
      });
    }
  }
});
