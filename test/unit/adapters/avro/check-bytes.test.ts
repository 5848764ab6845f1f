import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import avsc from 'avsc';
import fc from 'fast-check';
import { readSchema } from '../../../../src/adapters/avro/avro-schema.ts';
import { bytesCheck } from '../../../../src/adapters/avro/check-bytes.ts';

const check = (schema: unknown, bytes: number[]): string | undefined =>
  bytesCheck(readSchema(schema))(Uint8Array.from(bytes), 0);

/** Zigzag and base 128, written with BigInt as an independent witness. */
function varint(value: bigint): number[] {
  let rest = value >= 0n ? value * 2n : -value * 2n - 1n;
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const ARRAY = { type: 'array', items: 'int' };
const MAP = { type: 'map', values: 'boolean' };

describe('bytesCheck', () => {
  it('accepts what avsc writes, at each boundary of the integers', () => {
    const type = avsc.Type.forSchema('long');
    for (const exponent of [0, 6, 7, 13, 14, 31, 32, 34, 48, 49, 51]) {
      for (const near of [-2, -1, 0, 1]) {
        for (const sign of [-1, 1]) {
          const value = sign * (2 ** exponent + near);
          assert.equal(check('long', [...type.toBuffer(value)]), undefined, String(value));
        }
      }
    }
  });

  it('accepts exactly 53 bits as long, which avsc reads exactly, and 32 as int', () => {
    const type = avsc.Type.forSchema('long');
    const near = (bits: bigint): fc.Arbitrary<bigint> =>
      fc
        .bigInt({ min: -3n, max: 3n })
        .chain((d) => fc.constantFrom(2n ** bits + d, -(2n ** bits) + d));
    const any = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(fc.oneof(any, near(52n), near(53n), near(31n)), (value) => {
        const bytes = varint(value);
        const fits = (bits: bigint): boolean => value >= -(2n ** bits) && value < 2n ** bits;
        assert.equal(check('long', bytes) === undefined, fits(52n));
        assert.equal(check('int', bytes) === undefined, fits(31n));
        if (fits(52n)) assert.equal(type.fromBuffer(Buffer.from(bytes)), Number(value));
      }),
      { seed: 1, numRuns: 1000 },
    );
    for (const value of [2n ** 31n - 1n, -(2n ** 31n)]) {
      assert.equal(check('int', varint(value)), undefined);
    }
    for (const value of [2n ** 31n, -(2n ** 31n) - 1n]) {
      assert.equal(check('int', varint(value)), 'an int is out of range');
    }
    assert.equal(check('long', varint(2n ** 52n - 1n)), undefined);
    assert.equal(check('long', varint(2n ** 52n)), 'a long is out of range');
  });

  it('believes no count that the bytes do not cover', () => {
    assert.equal(check(ARRAY, varint(2n ** 40n)), 'a count exceeds the data');
    assert.equal(check(ARRAY, [...varint(3n), 1, 1]), 'a count exceeds the data');
    assert.equal(check(MAP, varint(2n ** 52n)), 'a count exceeds the data');
    // A negative count is that many items, preceded by their size in bytes.
    assert.equal(check(ARRAY, [...varint(-2n), ...varint(2n), 1, 1, 0]), undefined);
    assert.equal(
      check(ARRAY, [...varint(-2n), ...varint(1n), 1, 1, 0]),
      'a block has another size than it says',
    );
    assert.equal(
      check(ARRAY, [...varint(-(2n ** 40n)), ...varint(1n)]),
      'a count exceeds the data',
    );
  });

  it('never moves backwards', () => {
    assert.equal(check('string', varint(-5n)), 'the data ends early');
    assert.equal(check('bytes', varint(-1n)), 'the data ends early');
    assert.equal(check('bytes', [...varint(3n), 1, 2]), 'the data ends early');
    assert.equal(
      check({ type: 'array', items: 'string' }, [4, ...varint(-1n), 1]),
      'the data ends early',
    );
  });

  it('refuses what JavaScript would change in silence', () => {
    assert.equal(check('string', [2, 0xff]), 'a text is not UTF-8');
    // NaN and infinity, little-endian.
    assert.equal(check('double', [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]), 'a number is not finite');
    assert.equal(check('double', [0, 0, 0, 0, 0, 0, 0xf0, 0xff]), 'a number is not finite');
    assert.equal(check('double', [0, 0, 0, 0, 0, 0, 0xf0]), 'the data ends early');
    assert.equal(check('boolean', [2]), 'a boolean is neither 0 nor 1');
    assert.equal(check('boolean', []), 'a boolean is neither 0 nor 1');
  });

  it('knows the branches of unions and the symbols of enums', () => {
    assert.equal(check(['null', 'int'], [0]), undefined);
    assert.equal(check(['null', 'int'], [2, 5]), undefined);
    for (const index of [4, 1]) {
      assert.equal(check(['null', 'int'], [index]), 'a union has no such branch');
      const colours = { type: 'enum', name: 'E', symbols: ['a', 'b'] };
      assert.equal(check(colours, [index]), 'an enum has no such symbol');
    }
  });

  it('refuses integers of more than ten bytes', () => {
    assert.equal(check('long', [...Array<number>(10).fill(0x80), 0]), 'a long is out of range');
  });
});
