import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { rotaryTables } from '../../../src/graph/rotary-tables.ts';
import { assertClose } from '../../support/assert-close.ts';

describe('rotaryTables', () => {
  it('turns pair j of position p by p · θ^(−2j/d)', () => {
    const { cos, sin } = rotaryTables(6, 8, 10_000);
    assert.equal(cos.length, 6 * 4);
    // By hand: θ = 10^4, d = 8, so pair 1 turns by 5 · 10^-1 and pair 2 by 5 · 10^-2 at position 5.
    assertClose(cos[5 * 4 + 0], Math.cos(5), 1e-6);
    assertClose(cos[5 * 4 + 1], Math.cos(0.5), 1e-6);
    assertClose(sin[5 * 4 + 1], Math.sin(0.5), 1e-6);
    assertClose(sin[5 * 4 + 2], Math.sin(0.05), 1e-6);
    assert.deepEqual([...cos.subarray(0, 4)], [1, 1, 1, 1]);
  });

  it('rounds angles to float32, as PyTorch does', () => {
    // torch: (torch.arange(0, 64, 2).float() / 64) → 100000.0 ** x → 1 / x, times 8000, then cos; pair 1.
    const frequency = Math.fround(1 / Math.fround(100_000 ** Math.fround(2 / 64)));
    const { cos } = rotaryTables(8001, 64, 100_000);
    assert.equal(cos[8000 * 32 + 1], Math.fround(Math.cos(Math.fround(8000 * frequency))));
  });
});
