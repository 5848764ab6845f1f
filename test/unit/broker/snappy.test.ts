import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readVarint, uncompressSnappy } from '../../../src/broker/snappy.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readVarint', () => {
  it('reads seven bits a byte, least first', () => {
    assert.deepEqual(readVarint(Uint8Array.of(0, 0xac, 0x02, 9), 1), { value: 300, end: 3 });
    assert.equal(readVarint(Uint8Array.of(0xac), 0), undefined);
  });
});

describe('uncompressSnappy', () => {
  it('reads literals and copies of every size', () => {
    // Length 11; literal of 3 (tag (3-1)<<2); copy of 4 + 1 at distance 3 (tag 1<<2 | 1, low byte 3);
    // copy of 3 at distance 8, two bytes (tag (3-1)<<2 | 2).
    const block = Uint8Array.of(11, 0x08, 0x61, 0x62, 0x63, 0x05, 0x03, 0x0a, 0x08, 0x00);
    assert.equal(Buffer.from(uncompressSnappy(block)!).toString(), 'abcabcababc');
  });

  it('reads a literal whose length follows the tag', () => {
    const text = 'x'.repeat(100);
    const block = Uint8Array.of(100, 60 << 2, 99, ...ascii(text));
    assert.equal(Buffer.from(uncompressSnappy(block)!).toString(), text);
  });

  it('refuses a copy from before the start, and a length that does not come true', () => {
    assert.equal(uncompressSnappy(Uint8Array.of(8, 0x00, 0x61, 0x05, 0x02)), undefined);
    assert.equal(uncompressSnappy(Uint8Array.of(2, 0x00, 0x61)), undefined);
    assert.equal(
      uncompressSnappy(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61)),
      undefined,
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        uncompressSnappy(noise);
      }),
      { numRuns: 2000 },
    );
  });
});
