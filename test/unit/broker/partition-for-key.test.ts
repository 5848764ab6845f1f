import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { murmur2 } from '../../../src/broker/murmur2.ts';
import { partitionForKey } from '../../../src/broker/partition-for-key.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Values of Java's `org.apache.kafka.common.utils.Utils.murmur2`: the first six from Kafka's own
 * `UtilsTest.testMurmur2`, the others from kafkajs's test data, which a Java program printed.
 */
const JAVA_HASHES: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
  ['0', 971027396],
  ['1', -1993445489],
  ['128', -326012175],
  ['2187', -1508407203],
  ['16384', -325739742],
  ['78125', -1654490814],
  ['279936', 1462227128],
  ['823543', -2014198330],
];

describe('murmur2', () => {
  it('gives what Kafka’s Java client gives', () => {
    for (const [key, hash] of JAVA_HASHES) assert.equal(murmur2(bytes(key)), hash, key);
  });
});

describe('partitionForKey', () => {
  it('drops the sign bit instead of negating', () => {
    // -973932308 & 0x7fffffff = 1173551340, and 1173551340 mod 7 = 3; its absolute value mod 7 is 6.
    assert.equal(partitionForKey(bytes('21'), 7), 3);
    // Positive already: 479470107 mod 7 = 4.
    assert.equal(partitionForKey(bytes('abc'), 7), 4);
  });

  it('stays in range and is the same every time', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 1000 }), (key, partitions) => {
        const partition = partitionForKey(key, partitions);
        assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions);
        assert.equal(partitionForKey(Uint8Array.from(key), partitions), partition);
      }),
    );
  });
});
