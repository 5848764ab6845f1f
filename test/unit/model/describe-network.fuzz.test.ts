import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { SeclError } from '../../../src/errors/secl-error.ts';
import type { GgufValue } from '../../../src/gguf/metadata.ts';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import type { GgufHeader } from '../../../src/gguf/read-gguf.ts';
import { maxArenaPositions } from '../../../src/graph/lower-attention.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { tinyGguf } from '../../support/tiny-network.ts';
import { gguf } from '../../support/write-gguf.ts';

const HEADERS = [readGguf(tinyGguf('llama')), readGguf(tinyGguf('qwen2'))] as const;

const hostileValue: fc.Arbitrary<GgufValue> = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 2 ** 20, 2 ** 31, 2 ** 32 - 1).map(gguf.u32),
  fc.integer({ min: 0, max: 200 }).map(gguf.u32),
  fc.constantFrom(0n, 2n ** 53n, -1n).map(gguf.u64),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -1, 0.5, 1e30).map(gguf.f32),
  fc.constantFrom('', 'none', 'yarn', 'llama', 'qwen2').map(gguf.text),
  fc.constant(gguf.flag(true)),
  fc.constant(gguf.i32s([1, 2])),
);

/** A valid header with up to three metadata values and up to two tensors' shapes replaced. */
const damagedHeader: fc.Arbitrary<GgufHeader> = fc
  .constantFrom(...HEADERS)
  .chain((header) =>
    fc.record({
      header: fc.constant(header),
      values: fc.array(fc.tuple(fc.constantFrom(...header.metadata.keys()), hostileValue), {
        maxLength: 3,
      }),
      shapes: fc.array(
        fc.tuple(
          fc.constantFrom(...header.tensors.keys()),
          fc.array(fc.constantFrom(1, 16, 64, 96, 2 ** 40), { maxLength: 4 }),
        ),
        { maxLength: 2 },
      ),
    }),
  )
  .map(({ header, values, shapes }) => ({
    ...header,
    metadata: new Map([...header.metadata, ...values]),
    tensors: new Map([
      ...header.tensors,
      ...shapes.map(([name, dims]) => {
        return [name, { ...(header.tensors.get(name) ?? assert.fail()), dims }] as const;
      }),
    ]),
  }));

describe('describeNetwork on damaged headers', () => {
  it('describes or refuses with a code, and promises no more than the file can back', () => {
    let described = 0;
    fc.assert(
      fc.property(damagedHeader, (header) => {
        try {
          const { config } = describeNetwork(header);
          described += 1;
          // What building allocates beyond the file's own tensors: two rotary tables.
          assert.ok(maxArenaPositions(config) * config.headSize * 4 <= 2 ** 27);
        } catch (error) {
          assert.ok(error instanceof SeclError, String(error));
          assert.match(error.code, /^(MODEL_INVALID|MODEL_UNSUPPORTED|GGUF_INVALID)$/);
        }
      }),
      { numRuns: 5_000, seed: 10 },
    );
    assert.ok(described > 100, `${described} described`);
  });
});
