import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { openFileByteSource } from '../../../src/adapters/files/file-byte-source.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { ByteSource } from '../../../src/gguf/byte-source.ts';
import type { GgufValue } from '../../../src/gguf/metadata.ts';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { encodeTensor } from '../../support/encode-tensor.ts';
import { findModel } from '../../support/models.ts';
import { gguf, type TensorToWrite, writeGguf } from '../../support/write-gguf.ts';

const everyType: Record<string, GgufValue> = {
  a: { type: 'uint8', value: 255 },
  b: { type: 'int8', value: -128 },
  c: { type: 'uint16', value: 65_535 },
  d: { type: 'int16', value: -32_768 },
  e: { type: 'uint32', value: 4_294_967_295 },
  f: { type: 'int32', value: -2_147_483_648 },
  g: { type: 'float32', value: 0.5 },
  h: { type: 'float64', value: 0.1 },
  i: { type: 'uint64', value: 2n ** 64n - 1n },
  j: { type: 'int64', value: -(2n ** 63n) },
  k: { type: 'bool', value: true },
  // A byte order mark is text here.
  l: { type: 'string', value: '\uFEFFäöü 🚀\0' },
};

const arrays: Record<string, GgufValue> = {
  u8: { type: 'array', value: { elementType: 'uint8', values: Uint8Array.of(1, 255) } },
  i8: { type: 'array', value: { elementType: 'int8', values: Int8Array.of(-1, 1) } },
  u16: { type: 'array', value: { elementType: 'uint16', values: Uint16Array.of(65_535) } },
  i16: { type: 'array', value: { elementType: 'int16', values: Int16Array.of(-2) } },
  u32: { type: 'array', value: { elementType: 'uint32', values: Uint32Array.of(4_294_967_295) } },
  i32: { type: 'array', value: { elementType: 'int32', values: Int32Array.of(-3) } },
  f32: { type: 'array', value: { elementType: 'float32', values: Float32Array.of(0.25) } },
  f64: { type: 'array', value: { elementType: 'float64', values: Float64Array.of(0.1) } },
  u64: { type: 'array', value: { elementType: 'uint64', values: BigUint64Array.of(2n ** 63n) } },
  i64: { type: 'array', value: { elementType: 'int64', values: BigInt64Array.of(-1n) } },
  bools: { type: 'array', value: { elementType: 'bool', values: Uint8Array.of(0, 1) } },
  texts: gguf.texts(['', 'x', '€']),
  nested: {
    type: 'array',
    value: {
      elementType: 'array',
      values: [
        { elementType: 'string', values: ['deep'] },
        { elementType: 'int32', values: Int32Array.of() },
      ],
    },
  },
};

const matrix = encodeTensor('blk.0.w', [32, 3], 'Q8_0', new Float32Array(96).fill(1));
const vector = encodeTensor('norm', [5], 'F32', [1, 2, 3, 4, 5]);

/** Asserts a coded error with a hint, and that its message says what is wrong. */
function refused(input: Uint8Array | ByteSource, code: string, message: RegExp): void {
  assert.throws(
    () => readGguf(input),
    (error) => {
      assert.ok(error instanceof SeclError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.hint !== undefined && error.hint.length > 10);
      return true;
    },
  );
}

/** Changes bytes of a file. */
function patched(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

const longBytes = (value: bigint): number[] => [...new Uint8Array(BigUint64Array.of(value).buffer)];

describe('readGguf', () => {
  for (const version of [2, 3] as const) {
    it(`reads back every value type of version ${version}`, () => {
      const file = writeGguf({ version, metadata: { ...everyType, ...arrays } });
      const header = readGguf(file);
      assert.equal(header.version, version);
      assert.deepEqual(Object.fromEntries(header.metadata), { ...everyType, ...arrays });
    });
  }

  it('reads the tensor table and finds the tensors’ bytes', () => {
    for (const alignment of [1, 32, 256]) {
      const file = writeGguf({
        metadata: { 'general.alignment': gguf.u32(alignment) },
        tensors: [matrix, vector],
      });
      const { tensors, dataOffset, alignment: found } = readGguf(file);
      assert.equal(found, alignment);
      assert.equal(dataOffset % alignment, 0);
      assert.deepEqual([...tensors.keys()], ['blk.0.w', 'norm']);
      for (const written of [matrix, vector]) {
        const read = tensors.get(written.name)!;
        assert.deepEqual(read.dims, written.dims);
        assert.equal(read.type, written.type);
        assert.equal(read.elements, written.name === 'norm' ? 5 : 96);
        assert.deepEqual(
          file.subarray(read.offset, read.offset + read.sizeBytes),
          new Uint8Array(written.bytes),
        );
      }
    }
  });

  it('reads the same through a source that is read piece by piece', () => {
    const texts = Array.from({ length: 70_000 }, (_, i) => `token ${i} `);
    const file = writeGguf({ metadata: { texts: gguf.texts(texts) }, tensors: [vector] });
    let largest = 0;
    const source: ByteSource = {
      size: file.length,
      read: (offset, length) => {
        largest = Math.max(largest, length);
        assert.ok(offset >= 0 && offset + length <= file.length);
        // Another buffer each time, at an odd offset: nothing may rely on an earlier read.
        const bytes = new Uint8Array(length + 1).subarray(1);
        bytes.set(file.subarray(offset, offset + length));
        return bytes;
      },
    };
    assert.deepEqual(readGguf(source), readGguf(file));
    assert.ok(largest < file.length / 4, 'the header is never read whole');
  });

  it('accepts a file without tensors', () => {
    assert.equal(readGguf(writeGguf({ metadata: everyType })).tensors.size, 0);
  });

  it('refuses every truncation of a file, by code', () => {
    const file = writeGguf({ metadata: { ...everyType, ...arrays }, tensors: [matrix, vector] });
    for (let length = 0; length < file.length; length++) {
      refused(file.subarray(0, length), 'GGUF_INVALID', /./);
    }
  });

  const bad: readonly [string, Uint8Array, string, RegExp][] = [
    ['other files', patched(writeGguf({}), 0, [0x50, 0x4b]), 'GGUF_INVALID', /begin with/],
    ['version 1', writeGguf({ version: 1 }), 'GGUF_UNSUPPORTED', /version 1/],
    ['big-endian files', writeGguf({ version: 0x03000000 }), 'GGUF_UNSUPPORTED', /big-endian/],
    [
      'a tensor count beyond the file',
      patched(writeGguf({}), 8, longBytes(60_000n)),
      'GGUF_INVALID',
      /claims 60000 tensors/,
    ],
    [
      'a tensor count beyond the limit',
      patched(writeGguf({}), 8, longBytes(2n ** 63n)),
      'GGUF_INVALID',
      /number of tensors is .* above the limit/,
    ],
    [
      'a metadata count beyond the file',
      patched(writeGguf({ metadata: everyType }), 16, longBytes(5000n)),
      'GGUF_INVALID',
      /claims 5000 metadata/,
    ],
    ['an empty key', writeGguf({ metadata: { '': gguf.u32(1) } }), 'GGUF_INVALID', /is empty/],
    [
      'a key longer than the limit',
      writeGguf({ metadata: { ['k'.repeat(65_536)]: gguf.u32(1) } }),
      'GGUF_INVALID',
      /length of metadata key 0 is 65536/,
    ],
    [
      'a key that is there twice',
      patched(writeGguf({ metadata: { k1: gguf.u32(1), k2: gguf.u32(2) } }), 24 + 18 + 9, [
        '1'.charCodeAt(0),
      ]),
      'GGUF_INVALID',
      /k1 occurs twice/,
    ],
    [
      'an unknown value type',
      patched(writeGguf({ metadata: { k: gguf.u32(1) } }), 24 + 9, [13]),
      'GGUF_INVALID',
      /unknown type 13/,
    ],
    [
      'a bool that is 2',
      patched(writeGguf({ metadata: { k: gguf.flag(true) } }), 24 + 13, [2]),
      'GGUF_INVALID',
      /neither 0 nor 1/,
    ],
    [
      'a string that is not UTF-8',
      patched(writeGguf({ metadata: { k: gguf.text('abc') } }), 24 + 21, [0xff]),
      'GGUF_INVALID',
      /not UTF-8/,
    ],
    [
      'an array longer than the file',
      patched(writeGguf({ metadata: { k: gguf.i32s([1]) } }), 24 + 17, longBytes(1_000_000n)),
      'GGUF_INVALID',
      /claims 1000000 elements/,
    ],
    ['arrays nested without end', nestedArrays(5), 'GGUF_UNSUPPORTED', /nests arrays/],
    [
      'a part of a split model',
      writeGguf({ metadata: { 'split.count': { type: 'uint16', value: 2 } } }),
      'GGUF_UNSUPPORTED',
      /one of 2 parts/,
    ],
    ...[0, 24, 131_072].map((value): [string, Uint8Array, string, RegExp] => [
      `an alignment of ${value}`,
      writeGguf({ metadata: { 'general.alignment': gguf.u32(value) } }),
      'GGUF_INVALID',
      /power of two/,
    ]),
    [
      'an alignment that is text',
      writeGguf({ metadata: { 'general.alignment': gguf.text('32') } }),
      'GGUF_INVALID',
      /general\.alignment should be a number/,
    ],
  ];
  for (const [what, file, code, message] of bad) {
    it(`refuses ${what}`, () => {
      refused(file, code, message);
    });
  }

  const tensor = (change: Partial<TensorToWrite>): Uint8Array =>
    writeGguf({ tensors: [{ ...vector, ...change }] });
  // A tensor entry: 24 header bytes, then name length 8, "norm" 4, count 4, one size 8, type 4, offset 8.
  const sizeAt = 24 + 16;
  const badTensors: readonly [string, Uint8Array, string, RegExp][] = [
    ['five dimensions', tensor({ dims: [1, 1, 1, 1, 5] }), 'GGUF_INVALID', /5 dimensions/],
    ['a dimension of 0', tensor({ dims: [0] }), 'GGUF_INVALID', /is 0/],
    [
      'a product of dimensions that overflows',
      tensor({ dims: [2 ** 40, 2 ** 40] }),
      'GGUF_INVALID',
      /more elements than/,
    ],
    [
      'a dimension of 2^64 − 1',
      patched(tensor({}), sizeAt, longBytes(2n ** 64n - 1n)),
      'GGUF_INVALID',
      /dimension 0 of norm is/,
    ],
    [
      'rows that are not whole blocks',
      tensor({ dims: [48], type: 'Q8_0' }),
      'GGUF_INVALID',
      /no multiple of Q8_0’s 32/,
    ],
    ['no name', tensor({ name: '' }), 'GGUF_INVALID', /has no name/],
    ['a long name', tensor({ name: 'n'.repeat(257) }), 'GGUF_INVALID', /257, above the limit/],
    [
      'an unknown type',
      patched(tensor({}), sizeAt + 8, [16]),
      'GGUF_UNSUPPORTED',
      /norm has the type number 16/,
    ],
    [
      'an offset off the alignment',
      patched(tensor({}), sizeAt + 12, [1]),
      'GGUF_INVALID',
      /no multiple of 32/,
    ],
    [
      'an offset beyond the file',
      patched(tensor({}), sizeAt + 12, [32]),
      'GGUF_INVALID',
      /ends beyond the file/,
    ],
    [
      'an offset near 2^53',
      patched(tensor({}), sizeAt + 12, longBytes(2n ** 53n - 32n)),
      'GGUF_INVALID',
      /ends beyond the file/,
    ],
    [
      'two tensors of one name',
      writeGguf({ tensors: [vector, vector] }),
      'GGUF_INVALID',
      /norm occurs twice/,
    ],
    [
      'two tensors that share bytes',
      // The second entry's offset is the last 8 bytes of the header's 24 + 36 + 36, set from 32 to 0.
      patched(
        writeGguf({ tensors: [vector, { ...vector, name: 'norn' }] }),
        24 + 36 + 28,
        longBytes(0n),
      ),
      'GGUF_INVALID',
      /norm and norn overlap/,
    ],
  ];
  for (const [what, file, code, message] of badTensors) {
    it(`refuses a tensor with ${what}`, () => {
      refused(file, code, message);
    });
  }

  it('refuses a source that gives fewer bytes than it has', () => {
    refused({ size: 100, read: () => new Uint8Array(3) }, 'GGUF_INVALID', /only 3 of 100 bytes/);
  });
});

/** An array in an array, `depth` arrays in all. */
function nestedArrays(depth: number): Uint8Array {
  let value: Extract<GgufValue, { type: 'array' }>['value'] = {
    elementType: 'uint8',
    values: Uint8Array.of(1),
  };
  for (let i = 1; i < depth; i++) value = { elementType: 'array', values: [value] };
  return writeGguf({ metadata: { k: { type: 'array', value } } });
}

// Figures of the reference reader, GGUFReader of the gguf package 0.19.0.
const real = [
  {
    model: 'smollm2-135m-instruct',
    expected: { architecture: 'llama', entries: 33, tensors: 272, dataOffset: 1_785_664 },
    types: { F32: 61, Q4_1: 210, Q8_0: 1 },
    tensor: { name: 'blk.1.ffn_up.weight', dims: [576, 1536], type: 'Q4_1', offset: 35_191_360 },
  },
  {
    model: 'qwen2.5-coder-0.5b-instruct',
    expected: { architecture: 'qwen2', entries: 26, tensors: 291, dataOffset: 5_947_776 },
    types: { F32: 121, Q4_K: 12, Q5_0: 133, Q6_K: 12, Q8_0: 13 },
    tensor: { name: 'blk.0.attn_v.weight', dims: [896, 128], type: 'Q8_0', offset: 254_945_408 },
  },
] as const;

describe('readGguf on real models', () => {
  for (const { model, expected, types, tensor } of real) {
    const found = findModel(model);
    it(`reads ${model} as the reference reader does`, { skip: found.skip }, () => {
      const source = openFileByteSource(found.path!);
      try {
        const header = readGguf(source);
        assert.deepEqual(
          {
            architecture: header.metadata.get('general.architecture')?.value,
            entries: header.metadata.size,
            tensors: header.tensors.size,
            dataOffset: header.dataOffset,
          },
          expected,
        );
        const counts: Record<string, number> = {};
        for (const { type } of header.tensors.values()) counts[type] = (counts[type] ?? 0) + 1;
        assert.deepEqual(counts, types);
        const { name, dims, type, offset } = header.tensors.get(tensor.name)!;
        assert.deepEqual({ name, dims, type, offset }, tensor);
      } finally {
        source.close();
      }
    });
  }
});
