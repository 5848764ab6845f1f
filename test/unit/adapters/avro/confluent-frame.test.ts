import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  confluentId,
  frameConfluent,
  isConfluent,
} from '../../../../src/adapters/avro/confluent-frame.ts';
import { frameSingleObject } from '../../../../src/adapters/avro/single-object.ts';

const id = fc.nat({ max: 2 ** 32 - 1 });
const data = fc.uint8Array({ maxLength: 40 });

describe('the frame of a schema registry', () => {
  it('is a zero, the id in big-endian order, and the data, whatever they are', () => {
    fc.assert(
      fc.property(id, data, (number, bytes) => {
        const framed = frameConfluent(number, bytes);
        assert.equal(framed.length, 5 + bytes.length);
        assert.equal(framed[0], 0);
        assert.equal(Buffer.from(framed).readUInt32BE(1), number);
        assert.deepEqual(framed.slice(5), bytes);
        assert.equal(confluentId(framed), number);
      }),
      { seed: 1 },
    );
  });

  it('is read at any place of a larger buffer', () => {
    const framed = Uint8Array.of(9, 9, ...frameConfluent(0x01020304, Uint8Array.of(5))).subarray(2);
    assert.equal(confluentId(framed), 0x01020304);
  });

  it('is none that ends in its header', () => {
    const framed = frameConfluent(7, new Uint8Array());
    for (let length = 0; length < 5; length++)
      assert.equal(confluentId(framed.subarray(0, length)), undefined);
    assert.equal(confluentId(framed), 7);
  });

  it('is never a single object', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), data, (print, bytes) => {
        const framed = frameSingleObject(print, bytes);
        assert.equal(isConfluent(framed), false);
        assert.equal(confluentId(framed), undefined);
      }),
      { seed: 2 },
    );
    assert.equal(isConfluent(new Uint8Array()), false);
  });
});
