import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { frameRecord, parseRecord } from '../../../../src/adapters/embedded-log/record-framing.ts';
import { seal, unseal } from '../../../../src/adapters/embedded-log/sealed-value.ts';

const key = Uint8Array.of(1, 2, 3);

const records = fc.record({
  topic: fc.constant('t'),
  partition: fc.constant(0),
  key: fc.option(fc.uint8Array({ maxLength: 300 })),
  value: fc.option(fc.uint8Array({ maxLength: 300 })),
  headers: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 200 })),
  timestampMs: fc.maxSafeNat(),
});

describe('record framing', () => {
  it('gives back every record', () => {
    fc.assert(
      fc.property(records, (record) => {
        const read = parseRecord(unseal(key, seal(key, frameRecord(record)))!);
        const { key: recordKey, value, headers, timestampMs } = record;
        assert.deepEqual(read, {
          key: recordKey,
          value,
          headers: { ...headers },
          timestampMs,
        });
      }),
    );
  });

  it('keeps a header that is named like a property of every object', () => {
    const headers = Object.fromEntries([['__proto__', Uint8Array.of(7)]]);
    const frame = frameRecord({
      topic: 't',
      partition: 0,
      key: null,
      value: null,
      headers,
      timestampMs: 0,
    });
    assert.deepEqual(Object.entries(parseRecord(unseal(key, seal(key, frame))!)!.headers), [
      ['__proto__', Uint8Array.of(7)],
    ]);
  });

  it('takes the bytes that its description says', () => {
    const frame = frameRecord({
      topic: 't',
      partition: 0,
      key: Uint8Array.of(9),
      value: Uint8Array.of(5, 6),
      headers: { h: Uint8Array.of(8) },
      timestampMs: 300,
    });
    // Flags 3; 300 = 0b10_0101100 as a varint; one header, 1 byte of name, 1 of value; 1 byte of key; value.
    const expected = [3, 0xac, 0x02, 1, 1, 0x68, 1, 8, 1, 9, 5, 6];
    assert.deepEqual([...frame.subarray(0, -4)], expected);
  });

  it('never throws on bytes that are no record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const read = parseRecord(Buffer.from(noise));
        // Flags beyond the known two belong to a later format.
        if ((noise[0] ?? 0xff) > 3) assert.equal(read, undefined);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('sealed values', () => {
  it('notice any changed bit, of the value or of the key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (content, at, bit) => {
        const sealed = seal(key, Buffer.concat([content, Buffer.alloc(4)]));
        assert.deepEqual([...unseal(key, sealed)!], [...content]);
        const otherKey = Uint8Array.of(1, 2, 3 ^ (1 << bit));
        assert.equal(unseal(otherKey, sealed), undefined);
        const index = at % sealed.length;
        sealed[index] = sealed[index]! ^ (1 << bit);
        assert.equal(unseal(key, sealed), undefined);
      }),
    );
  });

  it('are never shorter than their seal', () => {
    assert.equal(unseal(key, Uint8Array.of(1, 2, 3)), undefined);
  });
});
