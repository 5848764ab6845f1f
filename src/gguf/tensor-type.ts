/**
 * Types of tensors that can be read. Quantised types store blocks of neighbours in a row that share
 * scales; the names and numbers are ggml's (`enum ggml_type`).
 */
export type TensorType =
  'F32' | 'F16' | 'BF16' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q8_0' | 'Q4_K' | 'Q5_K' | 'Q6_K';

/** How a {@link TensorType} is stored. */
export interface TensorLayout {
  /** Number in the file. */
  readonly id: number;
  /** Elements of a block; 1 for plain numbers. */
  readonly blockElements: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
}

/** Layout by type. Source: ggml, `ggml-common.h` (block structs) and `ggml.h` (numbers). */
export const TENSOR_LAYOUTS: Readonly<Record<TensorType, TensorLayout>> = {
  F32: { id: 0, blockElements: 1, blockBytes: 4 },
  F16: { id: 1, blockElements: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockElements: 32, blockBytes: 18 },
  Q4_1: { id: 3, blockElements: 32, blockBytes: 20 },
  Q5_0: { id: 6, blockElements: 32, blockBytes: 22 },
  Q5_1: { id: 7, blockElements: 32, blockBytes: 24 },
  Q8_0: { id: 8, blockElements: 32, blockBytes: 34 },
  Q4_K: { id: 12, blockElements: 256, blockBytes: 144 },
  Q5_K: { id: 13, blockElements: 256, blockBytes: 176 },
  Q6_K: { id: 14, blockElements: 256, blockBytes: 210 },
  BF16: { id: 30, blockElements: 1, blockBytes: 2 },
};

/** All {@link TensorType}s, in the order of their numbers. */
export const TENSOR_TYPES = Object.keys(TENSOR_LAYOUTS) as readonly TensorType[];

/** The type with a number, or `undefined` if it is not one that can be read. */
export function tensorTypeOfId(id: number): TensorType | undefined {
  return TENSOR_TYPES.find((type) => TENSOR_LAYOUTS[type].id === id);
}

/**
 * Bytes that a number of elements take.
 *
 * @param elements - A multiple of the type's `blockElements`.
 */
export function tensorBytes(type: TensorType, elements: number): number {
  const { blockElements, blockBytes } = TENSOR_LAYOUTS[type];
  return (elements / blockElements) * blockBytes;
}
