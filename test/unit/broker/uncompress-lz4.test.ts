import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uncompressLz4 } from '../../../src/broker/uncompress-lz4.ts';
import { LZ4_CHECKED, LZ4_PLAIN, TEXT } from '../../support/compressed-text.ts';

const MOST = 1_000_000;
/** Flags 01 (version) and 1 (blocks stand alone), blocks of 64 KiB, the header's checksum. */
const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const END = [0, 0, 0, 0];
const frame = (...blocks: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from([
    ...HEADER,
    ...blocks.flatMap((block) => [block.length, 0, 0, 0, ...block]),
    ...END,
  ]);
const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && new TextDecoder().decode(bytes);

describe('uncompressLz4', () => {
  it('reads what lz4 writes', () => {
    for (const bytes of [LZ4_PLAIN, LZ4_CHECKED])
      assert.equal(textOf(uncompressLz4(bytes, MOST)), TEXT);
  });

  it('reads literals, matches that overlap themselves, and lengths that go on', () => {
    // Three literals, "abc", and 5 (1 + 4) bytes from 3 back; then two literals.
    const block = [0x31, 0x61, 0x62, 0x63, 3, 0, 0x20, 0x64, 0x65];
    assert.equal(textOf(uncompressLz4(frame(block), MOST)), 'abcabcabde');
    // 15 + 2 literals; one and 4 + 15 + 255 + 1 bytes from 1 back, none after.
    const long = [0xf0, 2, ...Array.from({ length: 17 }, () => 0x78)];
    assert.equal(textOf(uncompressLz4(frame(long), MOST)), 'x'.repeat(17));
    const match = [0x1f, 0x79, 1, 0, 255, 1, 0x00];
    assert.equal(textOf(uncompressLz4(frame(match), MOST)), 'y'.repeat(1 + 275));
  });

  it('reads a block that is as it was, and one that refers to it', () => {
    const plain = Uint8Array.from([
      ...HEADER,
      ...[3, 0, 0, 0x80, 0x61, 0x62, 0x63],
      // Four bytes from 3 back, then a literal.
      ...[5, 0, 0, 0, 0x00, 3, 0, 0x10, 0x21],
      ...END,
    ]);
    assert.equal(textOf(uncompressLz4(plain, MOST)), 'abcabca!');
  });

  it('refuses what is cut short, refers to before its beginning, or is larger than allowed', () => {
    for (let length = 0; length < LZ4_PLAIN.length - 4; length += 7)
      assert.equal(uncompressLz4(LZ4_PLAIN.subarray(0, length), MOST), undefined);
    assert.equal(uncompressLz4(frame([0x10, 0x61, 2, 0, 0x00]), MOST), undefined);
    assert.equal(uncompressLz4(frame([0x10, 0x61, 0, 0, 0x00]), MOST), undefined);
    assert.equal(uncompressLz4(frame([0x10, 0x61, 1]), MOST), undefined);
    assert.equal(uncompressLz4(frame([0xf0, 255]), MOST), undefined);
    assert.ok(uncompressLz4(LZ4_PLAIN, TEXT.length));
    assert.equal(uncompressLz4(LZ4_PLAIN, TEXT.length - 1), undefined);
  });

  it('refuses a frame of another version, or with a dictionary', () => {
    for (const flags of [0x20, 0xa0, 0x61]) {
      const other = Uint8Array.from(LZ4_PLAIN);
      other[4] = flags;
      assert.equal(uncompressLz4(other, MOST), undefined);
    }
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        uncompressLz4(Uint8Array.from([...HEADER, ...noise]), MOST);
        uncompressLz4(noise, MOST);
      }),
      { numRuns: 2000 },
    );
  });
});
