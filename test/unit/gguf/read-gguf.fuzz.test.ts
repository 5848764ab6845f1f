import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { SeclError } from '../../../src/errors/secl-error.ts';
import { dequantize } from '../../../src/gguf/dequantize/dequantize.ts';
import { type GgufHeader, readGguf } from '../../../src/gguf/read-gguf.ts';
import { encodeTensor } from '../../support/encode-tensor.ts';
import { gguf, writeGguf } from '../../support/write-gguf.ts';

const RUNS = 10_000;

/** Whole files to start from: small, so that a mutation hits something that matters. */
const SEEDS = [
  writeGguf({
    metadata: {
      'general.architecture': gguf.text('llama'),
      'general.alignment': gguf.u32(32),
      'llama.block_count': gguf.u64(2n),
      'llama.rope.freq_base': gguf.f32(1e4),
      'tokenizer.ggml.add_bos_token': gguf.flag(false),
      'tokenizer.ggml.tokens': gguf.texts(['a', 'b', 'ab', '<|end|>']),
      'tokenizer.ggml.token_type': gguf.i32s([1, 1, 1, 3]),
    },
    tensors: [
      encodeTensor('token_embd.weight', [32, 4], 'Q8_0', new Float32Array(128).fill(0.5)),
      encodeTensor('output_norm.weight', [32], 'F32', new Float32Array(32).fill(1)),
      encodeTensor('blk.0.attn_q.weight', [32, 2], 'Q4_0', new Float32Array(64).fill(-1)),
    ],
  }),
  writeGguf({
    version: 2,
    tensors: [encodeTensor('w', [4, 3, 2, 1], 'F16', new Float32Array(24))],
  }),
  writeGguf({
    metadata: {
      nested: {
        type: 'array',
        value: {
          elementType: 'array',
          values: [{ elementType: 'array', values: [{ elementType: 'string', values: ['x'] }] }],
        },
      },
      longs: { type: 'array', value: { elementType: 'uint64', values: BigUint64Array.of(1n, 2n) } },
      bytes: { type: 'array', value: { elementType: 'uint8', values: new Uint8Array(40) } },
    },
  }),
];

/** Counts and offsets that have broken parsers: bounds of integers, and products that wrap around. */
const NASTY = [0n, 1n, 5n, 31n, 255n, 65_536n, 2n ** 24n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n]
  .concat([2n ** 32n, 2n ** 40n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 61n, 2n ** 63n, 2n ** 64n - 1n])
  .map((value) => new Uint8Array(BigUint64Array.of(value).buffer));

/** One change to a file. Positions are fractions, so that a change fits any length. */
type Mutation = (file: Uint8Array) => Uint8Array;

// Not fc.double: it is uniform over representations, so nearly all its values are next to 0.
const place = fc.nat(9999).map((n) => n / 10_000);
const at = (fraction: number, file: Uint8Array): number => Math.floor(fraction * file.length);
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([where, bit]): Mutation => {
    return (file) => {
      const copy = file.slice();
      if (copy.length > 0) copy[at(where, file)]! ^= 1 << bit;
      return copy;
    };
  }),
  place.map(
    (where): Mutation =>
      (file) =>
        file.slice(0, at(where, file)),
  ),
  fc.tuple(place, fc.nat(NASTY.length - 1), fc.constantFrom(1, 4, 8)).map((chosen): Mutation => {
    const [where, which, width] = chosen;
    return (file) => {
      const copy = file.slice();
      copy.set(
        NASTY[which]!.subarray(0, Math.min(width, copy.length - at(where, file))),
        at(where, file),
      );
      return copy;
    };
  }),
  fc.tuple(place, place, place).map(([from, to, where]): Mutation => {
    return (file) => {
      const piece = file.subarray(at(Math.min(from, to), file), at(Math.max(from, to), file));
      const cut = at(where, file);
      return joined(file.subarray(0, cut), piece, file.subarray(cut));
    };
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([where, count]): Mutation => {
    return (file) => {
      const cut = at(where, file);
      return joined(file.subarray(0, cut), file.subarray(cut + count));
    };
  }),
  fc
    .tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 }))
    .map(([where, bytes]): Mutation => {
      return (file) =>
        joined(file.subarray(0, at(where, file)), bytes, file.subarray(at(where, file)));
    }),
);

const mutant = fc
  .tuple(fc.constantFrom(...SEEDS), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([file, changes]) => changes.reduce<Uint8Array>((bytes, change) => change(bytes), file));

/** What a header promises its readers. */
function checkPromises(header: GgufHeader, file: Uint8Array): void {
  for (const tensor of header.tensors.values()) {
    const end = tensor.offset + tensor.sizeBytes;
    assert.ok(tensor.offset >= header.dataOffset && end <= file.length, 'in the file');
    assert.ok(tensor.elements > 0 && tensor.dims.length <= 4, 'a size');
    dequantize(tensor.type, file.subarray(tensor.offset, end), tensor.elements);
  }
}

describe('readGguf under mutation', () => {
  it(`gives a coded error or a valid header for ${RUNS} mutants, in bounds of time and memory`, () => {
    const outcomes = new Map<string, number>();
    let slowestMs = 0;
    let valid = 0;
    const property = fc.property(mutant, (file) => {
      const before = process.memoryUsage();
      const start = performance.now();
      let header: GgufHeader | undefined;
      try {
        header = readGguf(file);
      } catch (error) {
        if (!(error instanceof SeclError)) throw error;
        assert.ok(error.code === 'GGUF_INVALID' || error.code === 'GGUF_UNSUPPORTED', error.code);
        assert.ok(error.hint !== undefined, 'a hint');
        assert.match(error.message, /^\P{Cc}{10,340}$/u, 'a message fit for a terminal');
        const kind = error.message.replaceAll(/[^\x20-\x7e]|\d/g, '').slice(0, 60);
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
      }
      slowestMs = Math.max(slowestMs, performance.now() - start);
      const after = process.memoryUsage();
      // A collection in between only makes the differences smaller. Buffers: an array is at most as
      // large as its bytes in the file, copied once. Heap: V8 counts whole pages, hence the constant.
      const buffers = after.arrayBuffers - before.arrayBuffers;
      assert.ok(buffers <= 4 * file.length + 65_536, `${buffers} bytes of buffers`);
      const heap = after.heapUsed - before.heapUsed;
      assert.ok(heap <= 64 * file.length + 2 ** 20, `${heap} bytes of heap`);
      if (header !== undefined) {
        valid += 1;
        checkPromises(header, file);
      }
    });
    fc.assert(property, { seed: 20_260_101, numRuns: RUNS, endOnFailure: true });
    // Files of some hundred bytes; a hang would be seconds, a busy machine is some milliseconds.
    assert.ok(slowestMs < 1000, `slowest ${slowestMs} ms`);
    // The mutants must reach deep: many different faults, and some files that stay valid.
    assert.ok(outcomes.size >= 60, `only ${outcomes.size} kinds of fault`);
    assert.ok(valid >= RUNS / 100 && valid <= RUNS / 2, `${valid} valid`);
  });
});
