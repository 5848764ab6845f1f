import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetworkConfig } from '../../../src/graph/network.ts';
import { stretchArrays } from '../../../src/training/stretch-arrays.ts';
import { assertClose } from '../../support/assert-close.ts';

const config = { headSize: 4, ropeTheta: 10_000 } as NetworkConfig;

describe('stretchArrays', () => {
  it('lets a position see those before it and itself', () => {
    const { attentionBias } = stretchArrays(config, 2, 3);
    const seen = Array.from({ length: 3 }, (_, row) =>
      [...attentionBias.subarray(row * 5, row * 5 + 5)].map((bias) => bias === 0),
    );
    assert.deepEqual(seen, [
      [true, true, true, false, false],
      [true, true, true, true, false],
      [true, true, true, true, true],
    ]);
    assert.ok(attentionBias.every((bias) => bias === 0 || bias === -1e9));
  });

  it('turns by the angles of the positions in the prompt', () => {
    // Pair j of position p turns by p · 10000^(−2j/4): 3 and 0.03 at position 3.
    const { cos, sin } = stretchArrays(config, 2, 2);
    assert.deepEqual([cos.length, sin.length], [4, 4]);
    assertClose(cos[2], Math.cos(3), 1e-6);
    assertClose(sin[3], Math.sin(0.03), 1e-6);
    assertClose(cos[0], Math.cos(2), 1e-6);
  });
});
