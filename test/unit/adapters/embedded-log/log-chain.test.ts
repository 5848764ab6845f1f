import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainMarkers, lastOfChain } from '../../../../src/adapters/embedded-log/log-chain.ts';
import { sequenceOfChainKey } from '../../../../src/adapters/embedded-log/log-keys.ts';

describe('log chain', () => {
  it('ends at the last number if none is missing', () => {
    assert.equal(lastOfChain([0n]), 0n);
    assert.equal(lastOfChain([5n, 6n, 7n]), 7n);
  });

  it('has no end if a number is missing, or all', () => {
    assert.equal(lastOfChain([5n, 7n]), undefined);
    assert.equal(lastOfChain([]), undefined);
  });

  it('keeps a bounded number of markers, without a gap', () => {
    const kept = new Set<bigint>();
    for (let sequence = 0n; sequence < 70_000n; sequence++) {
      const markers = chainMarkers(sequence);
      kept.add(sequenceOfChainKey(markers.set));
      if (markers.delete !== undefined) kept.delete(sequenceOfChainKey(markers.delete));
    }
    assert.equal(kept.size, 65_536);
    assert.equal(lastOfChain([...kept].sort((a, b) => Number(a - b))), 69_999n);
  });
});
