import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { dequantize } from '../../../src/gguf/dequantize/dequantize.ts';
import { quantizeInt8 } from '../../../src/graph/quantize-int8.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';

/** What `MatMulNBits` computes with: `scale · (stored − 128)`. */
function restore(source: Float32Array): { restored: Float32Array; scales: Float32Array } {
  const values = new Uint8Array(source.length);
  const scales = new Float32Array(source.length / 32);
  quantizeInt8(source, values, scales);
  const restored = Float32Array.from(values, (v, i) => (v - 128) * (scales[i >> 5] ?? Number.NaN));
  return { restored, scales };
}

describe('quantizeInt8', () => {
  it('misses no value by more than half a step of a 112th of the largest', () => {
    const block = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), {
      minLength: 32,
      maxLength: 32,
    });
    fc.assert(
      fc.property(block, (numbers) => {
        const source = Float32Array.from(numbers);
        const largest = source.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        const { restored } = restore(source);
        source.forEach((x, i) => {
          // The coarsest step tried, halved; float32 rounding of scale and product on top.
          const limit = (largest / 112 / 2) * (1 + 1e-4) + 1e-37;
          assert.ok(Math.abs(x - (restored[i] ?? Number.NaN)) <= limit, `${x} → ${restored[i]}`);
        });
      }),
    );
  });

  it('keeps a block of zeros, with scale 0', () => {
    const { restored, scales } = restore(new Float32Array(32));
    assert.deepEqual([...scales], [0]);
    assert.ok(restored.every((x) => x === 0));
  });

  // Scale and multiples of it are exact in float32 up to one rounding of the scale: 2^-24 relative.
  for (const [type, blockBytes] of [
    ['Q4_0', 18],
    ['Q5_0', 22],
    ['Q8_0', 34],
  ] as const) {
    it(`carries blocks of ${type} over without error, if one value is an extreme of the range`, () => {
      const random = seededRandom(7);
      const bytes = Uint8Array.from({ length: blockBytes * 64 }, () =>
        Math.floor(random.next() * 256),
      );
      for (let block = 0; block < 64; block += 1) {
        // 0x2c00 is 0.0625 in half precision.
        bytes.set([0x00, 0x2c], block * blockBytes);
        const first = type === 'Q8_0' ? 127 : 0;
        bytes[block * blockBytes + (type === 'Q5_0' ? 6 : 2)] = first;
        if (type === 'Q5_0') bytes[block * blockBytes + 2]! &= 0xfe;
        if (type === 'Q8_0') {
          // llama.cpp's own blocks never hold −128.
          for (let i = 2; i < 34; i += 1)
            if (bytes[block * 34 + i] === 128) bytes[block * 34 + i] = 0;
        }
      }
      const source = dequantize(type, bytes, 64 * 32);
      const { restored } = restore(source);
      source.forEach((x, i) => {
        assert.ok(
          Math.abs(x - (restored[i] ?? Number.NaN)) <= Math.abs(x) * 2 ** -22,
          `${x} → ${restored[i]}`,
        );
      });
    });
  }
});
