import { tensorBytes } from '../../src/gguf/tensor-type.ts';
import type { TensorToWrite } from './write-gguf.ts';

/** The nearest IEEE half of a number within its range; ties to even, subnormals kept. */
export function floatToHalf(value: number): number {
  const single = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const sign = (single >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Halfway between the largest half, 65504, and the next step.
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size || 2 ** -30)), -14);
  const steps = size / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const tie = steps - floor === 0.5;
  const rounded = tie ? floor + (floor & 1) : Math.round(steps);
  // A mantissa that rounds up to 2048 carries into the exponent by itself.
  return sign | (rounded + ((exponent + 14) << 10));
}

/**
 * Encodes a tensor in a type tests build models from. Q8_0 and Q4_0 take the largest magnitude of a
 * block as the scale's witness, as ggml's reference does.
 *
 * @param dims - ggml's order, columns first.
 * @param values - Shape: product of `dims`.
 */
export function encodeTensor(
  name: string,
  dims: readonly number[],
  type: 'F32' | 'F16' | 'Q8_0' | 'Q4_0',
  values: ArrayLike<number>,
): TensorToWrite {
  const bytes = new Uint8Array(tensorBytes(type, values.length));
  const view = new DataView(bytes.buffer);
  if (type === 'F32' || type === 'F16') {
    for (let i = 0; i < values.length; i++) {
      if (type === 'F32') view.setFloat32(4 * i, values[i]!, true);
      else view.setUint16(2 * i, floatToHalf(values[i]!), true);
    }
    return { name, dims, type, bytes };
  }
  for (let start = 0; start < values.length; start += 32) {
    const block = Array.from({ length: 32 }, (_, j) => values[start + j]!);
    const largest = block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    const at = (start / 32) * tensorBytes(type, 32);
    const scale = type === 'Q8_0' ? Math.abs(largest) / 127 : largest / -8;
    const inverse = scale === 0 ? 0 : 1 / scale;
    view.setUint16(at, floatToHalf(scale), true);
    for (let j = 0; j < 32; j++) {
      if (type === 'Q8_0') view.setInt8(at + 2 + j, Math.round(block[j]! * inverse));
      else {
        const nibble = Math.max(0, Math.min(15, Math.floor(block[j]! * inverse + 8.5)));
        bytes[at + 2 + (j % 16)]! |= nibble << (j < 16 ? 0 : 4);
      }
    }
  }
  return { name, dims, type, bytes };
}
