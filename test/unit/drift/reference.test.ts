import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  EMPTY_REFERENCE,
  REFERENCE_LAG,
  REFERENCE_SIZE,
  remember,
  restartReference,
  type Reference,
} from '../../../src/drift/reference.ts';

/** A reference that saw 0 … n − 1 with a warm-up of 10. */
function after(n: number): Reference<number> {
  let reference: Reference<number> = EMPTY_REFERENCE;
  for (let i = 0; i < n; i++) reference = remember(reference, i, 10);
  return reference;
}
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

describe('remember', () => {
  it('settles the warm-up at once, the rest after the lag', () => {
    assert.deepEqual(after(10), { settled: range(0, 10), recent: [] });
    const n = 12 + REFERENCE_LAG;
    assert.deepEqual(after(n), { settled: range(0, 12), recent: range(12, n) });
  });

  it('lets the oldest go', () => {
    const settled = range(200 - REFERENCE_LAG - REFERENCE_SIZE, 200 - REFERENCE_LAG);
    assert.deepEqual(after(200).settled, settled);
  });
});

describe('a reference', () => {
  it('is always the newest questions without a gap, of bounded size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (n) => {
        const { settled, recent } = after(n);
        const all = [...settled, ...recent];
        assert.deepEqual(all, range(n - all.length, n));
        assert.ok(settled.length <= REFERENCE_SIZE && recent.length <= REFERENCE_LAG);
      }),
    );
  });
});

describe('restartReference', () => {
  it('keeps the newest', () => {
    assert.deepEqual(restartReference(after(40), 2), { settled: [38, 39], recent: [] });
    assert.deepEqual(restartReference(after(40), 0), { settled: [], recent: [] });
  });
});
