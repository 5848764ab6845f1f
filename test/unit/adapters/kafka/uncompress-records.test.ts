import assert from 'node:assert/strict';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { uncompressRecords } from '../../../../src/adapters/kafka/uncompress-records.ts';
import { uncompressSnappy } from '../../../../src/broker/snappy.ts';
import { LZ4_PLAIN, TEXT, ZSTD, ZSTD_ENDLESS } from '../../../support/compressed-text.ts';

const textOf = (kind: number, bytes: Buffer): string => {
  const uncompressed = uncompressRecords(kind, bytes);
  return uncompressed.ok ? uncompressed.bytes.toString() : `it ${uncompressed.reason}`;
};
/** `abcabcababc`, as test/unit/broker/snappy.test.ts derives it. */
const SNAPPY = Buffer.of(11, 0x08, 0x61, 0x62, 0x63, 0x05, 0x03, 0x0a, 0x08, 0x00);

it('reads each of Kafka’s compressions', () => {
  assert.equal(textOf(0, Buffer.from(TEXT)), TEXT);
  assert.equal(textOf(1, gzipSync(TEXT)), TEXT);
  assert.equal(textOf(2, SNAPPY), 'abcabcababc');
  assert.equal(textOf(3, LZ4_PLAIN), TEXT);
  assert.equal(textOf(4, ZSTD), TEXT);
});

it('reads Snappy as Java’s clients frame it: versions, and blocks with their lengths', () => {
  const header = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex');
  const block = Buffer.concat([Buffer.of(0, 0, 0, SNAPPY.length), SNAPPY]);
  assert.equal(textOf(2, Buffer.concat([header, block, block])), 'abcabcababc'.repeat(2));
  assert.match(textOf(2, Buffer.concat([header, block, block.subarray(0, 9)])), /cannot be uncom/);
  const negative = Buffer.concat([header, Buffer.from('ffffffff', 'hex'), SNAPPY]);
  assert.match(textOf(2, negative), /cannot be uncompressed \(snappy\)/);
});

it('makes no more of blocks of Snappy than of anything else', () => {
  const header = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex');
  // 50 MiB: their number; one byte, then 64 from one back at a time, and 63.
  const length = 50 * 1024 * 1024;
  const copies = Buffer.alloc(3 * (length / 64), Buffer.of(0xfe, 1, 0));
  copies[copies.length - 3] = 0xfa;
  const bomb = Buffer.concat([Buffer.of(0x80, 0x80, 0x80, 0x19, 0x00, 0x61), copies]);
  const block = Buffer.alloc(4 + bomb.length);
  block.writeInt32BE(bomb.length);
  bomb.copy(block, 4);
  assert.equal(uncompressSnappy(bomb)?.length, length);
  assert.match(textOf(2, Buffer.concat([header, block, block, block])), /larger than 134217728/);
});

it('says of what is damaged, a bomb, or of a kind to come, that it cannot be read', () => {
  assert.match(textOf(1, gzipSync(TEXT).subarray(0, 30)), /it cannot be uncompressed \(gzip\)/);
  assert.match(textOf(1, gzipSync(Buffer.alloc(129 * 1024 * 1024))), /larger than 134217728 bytes/);
  assert.match(textOf(3, Buffer.from('nonsense')), /it cannot be uncompressed \(lz4\)/);
  assert.match(textOf(4, ZSTD.subarray(0, 100)), /it cannot be uncompressed \(zstd\)/);
  assert.match(textOf(4, Buffer.from('nonsense')), /it cannot be uncompressed \(zstd\)/);
  assert.match(textOf(7, SNAPPY), /not known, 7/);
});

it('gives up a damaged frame that its decoder would go on with for ever', () => {
  const begunMs = performance.now();
  assert.match(textOf(4, ZSTD_ENDLESS), /it cannot be uncompressed \(zstd\)/);
  // Nine seconds of trying, on cores that others use; a worker's session ends after 30 by default.
  assert.ok(performance.now() - begunMs < 25_000);
  assert.equal(textOf(4, ZSTD), TEXT);
});
