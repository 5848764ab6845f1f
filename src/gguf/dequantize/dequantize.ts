import { precondition } from '../../errors/secl-error.ts';
import { TENSOR_LAYOUTS, tensorBytes, type TensorType } from '../tensor-type.ts';
import { dequantizeBf16 } from './bf16.ts';
import { dequantizeF16 } from './f16.ts';
import { dequantizeF32 } from './f32.ts';
import { dequantizeQ4_0 } from './q4-0.ts';
import { dequantizeQ4_1 } from './q4-1.ts';
import { dequantizeQ4_K } from './q4-k.ts';
import { dequantizeQ5_0 } from './q5-0.ts';
import { dequantizeQ5_1 } from './q5-1.ts';
import { dequantizeQ5_K } from './q5-k.ts';
import { dequantizeQ6_K } from './q6-k.ts';
import { dequantizeQ8_0 } from './q8-0.ts';

/** Writes `out.length` elements, whole blocks, from `bytes`. */
type Dequantizer = (bytes: Uint8Array, out: Float32Array) => void;

const DEQUANTIZERS: Readonly<Record<TensorType, Dequantizer>> = {
  F32: dequantizeF32,
  F16: dequantizeF16,
  BF16: dequantizeBf16,
  Q4_0: dequantizeQ4_0,
  Q4_1: dequantizeQ4_1,
  Q5_0: dequantizeQ5_0,
  Q5_1: dequantizeQ5_1,
  Q8_0: dequantizeQ8_0,
  Q4_K: dequantizeQ4_K,
  Q5_K: dequantizeQ5_K,
  Q6_K: dequantizeQ6_K,
};

/**
 * The numbers that stored blocks stand for, as ggml's own reference computes them: products are exact
 * in double precision, and the one rounding to single precision is the same, so results are equal bit
 * for bit.
 *
 * Any run of whole blocks will do: a tensor, some of its rows, one block.
 *
 * @param bytes - At least the bytes of `elements`; not mutated.
 * @param elements - A multiple of the type's `blockElements`.
 * @param out - Where to write, shape `[elements]`; absent: a new array.
 * @returns `out`, shape `[elements]`.
 * @throws SeclError `PRECONDITION` if the numbers do not fit each other.
 * @remarks About 4 ns an element.
 *
 * Source: ggml, `dequantize_row_*` in `ggml-quants.c`.
 */
export function dequantize(
  type: TensorType,
  bytes: Uint8Array,
  elements: number,
  out?: Float32Array,
): Float32Array {
  const { blockElements } = TENSOR_LAYOUTS[type];
  precondition(
    Number.isInteger(elements) && elements >= 0 && elements % blockElements === 0,
    `${elements} elements are not whole ${type} blocks of ${blockElements}`,
  );
  precondition(
    bytes.length >= tensorBytes(type, elements),
    `too few bytes for ${elements} ${type}`,
  );
  const values = out ?? new Float32Array(elements);
  precondition(values.length === elements, `out has ${values.length} elements, not ${elements}`);
  DEQUANTIZERS[type](bytes, values);
  return values;
}
