import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { SeclError } from '../../../src/errors/secl-error.ts';
import { halfToFloat } from '../../../src/gguf/dequantize/half-to-float.ts';
import { refusalOf } from '../../../src/peft/adapter-refused.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../src/peft/safetensors.ts';
import type { SafetensorsTensor } from '../../../src/peft/safetensors.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { mutateBytes } from '../../support/mutate-bytes.ts';

/** Files of the format's own library; see `make-safetensors.py` beside them. */
const GOLDEN = JSON.parse(readFileSync('test/golden/peft/safetensors.json', 'utf8')) as Record<
  string,
  {
    readonly base64: string;
    readonly metadata: Record<string, string>;
    readonly tensors: Record<string, { shape: number[]; values: number[] }>;
  }
>;

/** A file of a header and data, as it stands. */
function file(header: string, dataBytes = 0): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
}

function entry(name: string, shape: string, begin: number, end: number, dtype = 'F32'): string {
  return `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

function refuses(bytes: Uint8Array, reason: RegExp): void {
  assert.throws(
    () => decodeSafetensors(bytes),
    (error) => {
      const refusal = refusalOf(error);
      assert.equal(refusal?.code, 'DAMAGED', String(error));
      assert.match(refusal.reason, reason);
      return true;
    },
  );
}

describe('decodeSafetensors', () => {
  for (const [name, { base64, metadata, tensors }] of Object.entries(GOLDEN)) {
    it(`reads what the format's own library wrote: ${name}`, () => {
      const read = decodeSafetensors(Buffer.from(base64, 'base64'));
      assert.deepEqual(Object.fromEntries(read.metadata), metadata);
      assert.deepEqual([...read.tensors.keys()].sort(), Object.keys(tensors).sort());
      for (const [key, { shape, values }] of Object.entries(tensors)) {
        assert.deepEqual(read.tensors.get(key)!.shape, shape);
        assert.deepEqual([...read.tensors.get(key)!.values], values);
      }
    });
  }

  it('widens every half and every bfloat exactly', () => {
    // Another implementation, of the GGUF reader, is the witness for halves; a bfloat is half a single by definition.
    const data = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer);
    for (const dtype of ['F16', 'BF16']) {
      const bytes = file(`{${entry('w', '[65536]', 0, 131_072, dtype)}}`, 131_072);
      bytes.set(data, bytes.length - data.length);
      const { values } = decodeSafetensors(bytes).tensors.get('w')!;
      const single = new DataView(new ArrayBuffer(4));
      for (let bits = 0; bits < 65_536; bits++) {
        single.setUint32(0, bits * 65_536);
        const expected = dtype === 'F16' ? halfToFloat(bits) : single.getFloat32(0);
        if (!Object.is(values[bits], expected)) assert.equal(values[bits], expected, `${bits}`);
      }
    }
  });

  it('takes names of the prototype for names', () => {
    const text = `{"__metadata__":{"__proto__":"x"},${entry('__proto__', '[1]', 0, 4)},${entry('constructor', '[]', 4, 8)}}`;
    const { tensors, metadata } = decodeSafetensors(file(text, 8));
    assert.deepEqual([...tensors.keys()], ['__proto__', 'constructor']);
    assert.equal(metadata.get('__proto__'), 'x');
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  it('takes tensors in any order of data, tensors without numbers, and blanks after the header', () => {
    const text = `{${entry('b', '[1]', 4, 8)},${entry('a', '[1]', 0, 4)},${entry('none', '[2,0]', 4, 4)}}  `;
    assert.equal(decodeSafetensors(file(text, 8)).tensors.size, 3);
    assert.equal(decodeSafetensors(file('{}')).tensors.size, 0);
  });

  const longText = 'x'.repeat(2 ** 22);
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['nothing', new Uint8Array(), /shorter/],
    ['a header longer than the file', file('{}').fill(0xff, 0, 8), /a header of/],
    ['a header beyond the limit', file(`{"__metadata__":{"a":"${longText}"}}`), /a header of/],
    ['an empty header', file(''), /brace/],
    ['a byte order mark', file('\uFEFF{}'), /brace/],
    ['blanks before', file(' {}'), /brace/],
    ['no UTF-8', file('{"?":1}').map((byte) => (byte === 0x3f ? 0xff : byte)), /UTF-8/],
    ['a list', file('[]'), /brace/],
    ['text after', file('{}{}'), /after/],
    ['a cut', file(`{${entry('a', '[1]', 0, 4)}`, 4), /missing/],
    ['a cut text', file('{"a'), /malformed/],
    ['a cut escape', file('{"a\\'), /malformed/],
    ['a raw line break in a text', file('{"a\nb":1}'), /malformed/],
    ['a comma at the end', file(`{${entry('a', '[1]', 0, 4)},}`, 4), /missing/],
    [
      'two tensors of one name',
      file(`{${entry('a', '[0]', 0, 0)},${entry('a', '[0]', 0, 0)}}`),
      /twice/,
    ],
    [
      'the same name, escaped',
      file(`{${entry('a', '[0]', 0, 0)},${entry('\\u0061', '[0]', 0, 0)}}`),
      /twice/,
    ],
    ['two metadata', file('{"__metadata__":{},"__metadata__":{}}'), /twice/],
    ['a metadata key twice', file('{"__metadata__":{"a":"","a":""}}'), /twice/],
    ['metadata of numbers', file('{"__metadata__":{"a":1}}'), /missing/],
    ['a field twice', file('{"a":{"dtype":"F32","dtype":"F32"}}'), /two fields/],
    ['an unknown field', file('{"a":{"toString":"F32"}}'), /unknown field/],
    ['a missing field', file('{"a":{"dtype":"F32","shape":[1]}}', 4), /lacks/],
    ['one offset', file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0]}}'), /lacks/],
    [
      'three offsets',
      file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0,0]}}'),
      /more than 2/,
    ],
    ['nine dimensions', file(`{${entry('a', '[1,1,1,1,1,1,1,1,1]', 0, 4)}}`, 4), /more than 8/],
    ['a negative size', file(`{${entry('a', '[-1]', 0, 4)}}`, 4), /whole/],
    ['a fraction', file(`{${entry('a', '[1.0]', 0, 4)}}`, 4), /whole/],
    ['an exponent', file(`{${entry('a', '[1e0]', 0, 4)}}`, 4), /whole/],
    ['a leading zero', file(`{${entry('a', '[01]', 0, 4)}}`, 4), /whole/],
    ['a number beyond 2^53', file(`{${entry('a', '[9007199254740992]', 0, 4)}}`, 4), /whole/],
    [
      'sizes whose product wraps',
      file(`{${entry('a', '[4294967296,4294967296]', 0, 0)}}`),
      /bytes of its shape/,
    ],
    ['another size', file(`{${entry('a', '[2]', 0, 4)}}`, 4), /bytes of its shape/],
    ['integers', file(`{${entry('a', '[1]', 0, 4, 'I32')}}`, 4), /type I32/],
    ['an end outside', file(`{${entry('a', '[2]', 0, 8)}}`, 4), /outside/],
    [
      'a backward range',
      file(`{${entry('a', '[1]', 0, 4)},${entry('b', '[1]', 4, 0)}}`, 8),
      /outside/,
    ],
    ['an overlap', file(`{${entry('a', '[2]', 0, 8)},${entry('b', '[1]', 4, 8)}}`, 8), /overlaps/],
    ['a gap', file(`{${entry('a', '[1]', 0, 4)},${entry('b', '[1]', 8, 12)}}`, 12), /owns/],
    ['bytes at the end', file(`{${entry('a', '[1]', 0, 4)}}`, 8), /the last 4 bytes/],
    ['deep nesting', file(`{"a":${'['.repeat(100_000)}`), /missing/],
    [
      'more tensors than allowed',
      file(`{${Array.from({ length: 16_385 }, (_, i) => entry(`${i}`, '[0]', 0, 0)).join(',')}}`),
      /more than 16384/,
    ],
  ];
  for (const [what, bytes, reason] of cases) it(`refuses ${what}`, () => refuses(bytes, reason));

  it('gives a coded error or a valid file for 10,000 mutants', () => {
    const seeds = ['single', 'mixed'].map((name) => Buffer.from(GOLDEN[name]!.base64, 'base64'));
    const random = seededRandom(20_260_101);
    const outcomes = { refused: 0, valid: 0 };
    for (let run = 0; run < 10_000; run++) {
      const seed = seeds[run % seeds.length]!;
      // Three quarters keep the length field, which otherwise stops most of them at once, and one all of the header.
      const dataStart = 8 + Number(seed.readBigUInt64LE(0));
      const bytes = mutateBytes(seed, [0, 8, 8, dataStart][(run >> 1) % 4]!, random);
      try {
        const { tensors } = decodeSafetensors(bytes);
        for (const { shape, values } of tensors.values())
          assert.equal(
            values.length,
            shape.reduce((product, size) => product * size, 1),
          );
        outcomes.valid += 1;
      } catch (error) {
        assert.ok(error instanceof SeclError, String(error));
        assert.equal(error.code, 'ADAPTER_REFUSED');
        assert.match(error.message, /^\P{Cc}{10,400}$/u);
        outcomes.refused += 1;
      }
    }
    // Both happen often: else the mutations would not reach the code.
    assert.ok(outcomes.valid > 500 && outcomes.refused > 5000, JSON.stringify(outcomes));
  });
});

describe('encodeSafetensors', () => {
  it("writes the bytes of the format's own library, whatever the order of names", () => {
    const { base64, tensors, metadata } = GOLDEN['single']!;
    const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
      const tensor: SafetensorsTensor = { shape, values: Float32Array.from(values) };
      return [name, tensor] as const;
    });
    const texts = new Map(Object.entries(metadata));
    for (const order of [entries, entries.toReversed()]) {
      const bytes = encodeSafetensors({ tensors: new Map(order), metadata: texts });
      assert.equal(Buffer.from(bytes).toString('base64'), base64);
    }
  });

  it('writes what reading gives back, whatever the names, texts and numbers', () => {
    const tensor = fc.array(fc.nat(3), { maxLength: 3 }).chain((shape) =>
      fc
        .float32Array({
          minLength: shape.reduce((product, size) => product * size, 1),
          maxLength: shape.reduce((product, size) => product * size, 1),
        })
        .map((values) => ({ shape, values })),
    );
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', '"', '\\'));
    const property = fc.property(
      fc.array(fc.tuple(name, tensor)),
      fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))),
      (tensors, metadata) => {
        const given = { tensors: new Map(tensors), metadata: new Map(metadata) };
        const bytes = encodeSafetensors(given);
        const read = decodeSafetensors(bytes);
        assert.deepEqual(new Map([...read.tensors].sort()), new Map([...given.tensors].sort()));
        assert.deepEqual(new Map([...read.metadata].sort()), new Map([...given.metadata].sort()));
        assert.deepEqual(encodeSafetensors(read), bytes);
      },
    );
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  it('refuses the reserved name and values that do not fit their shape', () => {
    const metadata = new Map<string, string>();
    const one = { shape: [1], values: new Float32Array(1) };
    const encode = (name: string, tensor: SafetensorsTensor) => (): unknown =>
      encodeSafetensors({ tensors: new Map([[name, tensor]]), metadata });
    assert.throws(encode('__metadata__', one), { code: 'PRECONDITION' });
    assert.throws(encode('a', { ...one, shape: [2] }), { code: 'PRECONDITION' });
  });
});
