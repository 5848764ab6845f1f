import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { SeclError } from '../../../src/errors/secl-error.ts';
import { dequantize } from '../../../src/gguf/dequantize/dequantize.ts';
import { halfToFloat } from '../../../src/gguf/dequantize/half-to-float.ts';
import { TENSOR_LAYOUTS, TENSOR_TYPES } from '../../../src/gguf/tensor-type.ts';
import { encodeTensor, floatToHalf } from '../../support/encode-tensor.ts';

type Golden = Record<string, { elements: number; bytes: string; values: string }>;
// Tests run from the repository's root.
const golden = JSON.parse(readFileSync('test/golden/gguf/dequantize.json', 'utf8')) as Golden;

const decode = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(text, 'base64'));

describe('dequantize', () => {
  it('has a golden case for every type', () => {
    assert.deepEqual(Object.keys(golden).sort(), [...TENSOR_TYPES].sort());
  });

  for (const type of TENSOR_TYPES) {
    it(`gives the numbers of the gguf package for ${type}, bit for bit`, () => {
      const { elements, bytes, values } = golden[type]!;
      const expected = new Float32Array(decode(values).buffer);
      const actual = dequantize(type, decode(bytes), elements);
      assert.equal(actual.length, expected.length);
      assert.ok(
        expected.some((x) => x !== 0 && Number.isFinite(x)),
        'no number to tell apart',
      );
      for (let i = 0; i < elements; i++) {
        // Object.is: minus zero is not zero, NaN is NaN whatever its payload.
        assert.ok(Object.is(actual[i], expected[i]), `${i}: ${actual[i]} is not ${expected[i]}`);
      }
    });

    it(`reads ${type} from any byte offset and into a given array`, () => {
      const { elements, bytes } = golden[type]!;
      const raw = decode(bytes);
      const shifted = new Uint8Array(raw.length + 3);
      shifted.set(raw, 3);
      const out = new Float32Array(elements + 2).subarray(1, elements + 1);
      assert.equal(dequantize(type, shifted.subarray(3), elements, out), out);
      assert.deepEqual(out, dequantize(type, raw, elements));
    });

    it(`reads single ${type} blocks as it reads them in a run`, () => {
      const { elements, bytes } = golden[type]!;
      const { blockElements, blockBytes } = TENSOR_LAYOUTS[type];
      const raw = decode(bytes);
      const whole = dequantize(type, raw, elements);
      const last = elements / blockElements - 1;
      assert.deepEqual(
        dequantize(type, raw.subarray(last * blockBytes), blockElements),
        whole.slice(last * blockElements),
      );
    });
  }

  it('refuses partial blocks, too few bytes and an array of another length', () => {
    const refused = (call: () => unknown): void => {
      assert.throws(call, (error) => error instanceof SeclError && error.code === 'PRECONDITION');
    };
    refused(() => dequantize('Q4_0', new Uint8Array(18), 31));
    refused(() => dequantize('Q4_0', new Uint8Array(17), 32));
    refused(() => dequantize('Q4_0', new Uint8Array(18), 32, new Float32Array(64)));
    refused(() => dequantize('F32', new Uint8Array(4), -1));
  });
});

describe('halfToFloat', () => {
  it('inverts the encoder of the test kit over all 65,536 halves', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = halfToFloat(bits);
      if (Number.isNaN(value)) assert.ok((bits & 0x7fff) > 0x7c00, String(bits));
      else assert.equal(floatToHalf(value), bits);
    }
  });
});

describe('encodeTensor', () => {
  const values = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i) * (i < 64 ? 1 : 0));
  // Half a quantisation step: scale/2 with scale = max/127 or max/8 (max 1), plus the half's rounding
  // of the scale (2^-11 relative); the far end of Q4_0 is clipped by up to one step.
  const tolerances = { F32: 0, F16: 2 ** -12, Q8_0: 0.5 / 127 + 2 ** -11, Q4_0: 1 / 8 + 2 ** -11 };
  for (const type of ['F32', 'F16', 'Q8_0', 'Q4_0'] as const) {
    it(`writes ${type} that reads back within a rounding`, () => {
      const back = dequantize(type, encodeTensor('w', [96], type, values).bytes, 96);
      for (let i = 0; i < 96; i++) {
        assert.ok(Math.abs(back[i]! - values[i]!) <= tolerances[type], `${i}`);
      }
      assert.ok(
        back.slice(64).every((x) => x === 0),
        'a block of zeros stays one',
      );
    });
  }
});
