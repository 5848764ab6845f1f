import { ggufInvalid, ggufUnsupported } from './gguf-fault.ts';
import type { HeaderCursor } from './header-cursor.ts';
import { MAX_DIMENSIONS, MAX_TENSOR_NAME_BYTES } from './limits.ts';
import { TENSOR_LAYOUTS, TENSOR_TYPES, tensorTypeOfId, type TensorType } from './tensor-type.ts';

/** One tensor of the file. */
export interface GgufTensor {
  readonly name: string;
  /**
   * Sizes in ggml's order, the fastest-running first: a matrix of `rows` outputs by `columns` inputs is
   * `[columns, rows]`, and its rows follow each other in the file.
   */
  readonly dims: readonly number[];
  readonly type: TensorType;
  /** Product of `dims`. */
  readonly elements: number;
  /** First byte, from the start of the file. */
  readonly offset: number;
  /** Bytes of all elements, without padding after them. */
  readonly sizeBytes: number;
}

/** Reads the dimensions; their product times the block size stays an exact integer. */
function readDims(cursor: HeaderCursor, name: string): { dims: number[]; elements: number } {
  const count = cursor.uint32(`the number of dimensions of ${name}`);
  if (count > MAX_DIMENSIONS) {
    throw ggufInvalid(`tensor ${name} has ${count} dimensions, more than ${MAX_DIMENSIONS}`);
  }
  const dims: number[] = [];
  let elements = 1;
  for (let d = 0; d < count; d++) {
    const size = cursor.count(Number.MAX_SAFE_INTEGER, `dimension ${d} of ${name}`);
    if (size === 0) throw ggufInvalid(`dimension ${d} of tensor ${name} is 0`);
    // Both factors are at most 2^53, so the product is finite, and inexact only above the limit.
    elements *= size;
    if (elements > Number.MAX_SAFE_INTEGER / 8) {
      throw ggufInvalid(`tensor ${name} has more elements than can be addressed`);
    }
    dims.push(size);
  }
  return { dims, elements };
}

/**
 * Reads `count` tensor entries, their offsets relative to the start of the tensor data.
 *
 * @throws SeclError `GGUF_INVALID` or `GGUF_UNSUPPORTED`.
 */
export function readTensorEntries(cursor: HeaderCursor, count: number): GgufTensor[] {
  const names = new Set<string>();
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < count; i++) {
    const name = cursor.text(MAX_TENSOR_NAME_BYTES, `the name of tensor ${i}`);
    if (name === '') throw ggufInvalid(`tensor ${i} has no name`);
    if (names.has(name)) throw ggufInvalid(`the tensor name ${name} occurs twice`);
    names.add(name);
    const { dims, elements } = readDims(cursor, name);
    const id = cursor.uint32(`the type of ${name}`);
    const type = tensorTypeOfId(id);
    if (type === undefined) {
      throw ggufUnsupported(
        `Tensor ${name} has the type number ${id}, which cannot be read`,
        `Use a file whose tensors are of the types ${TENSOR_TYPES.join(', ')}, e.g. Q8_0 or Q4_K_M.`,
      );
    }
    const { blockElements, blockBytes } = TENSOR_LAYOUTS[type];
    if ((dims[0] ?? 1) % blockElements !== 0) {
      throw ggufInvalid(
        `rows of tensor ${name} have ${dims[0] ?? 1} elements, no multiple of ${type}’s ${blockElements}`,
      );
    }
    const offset = cursor.count(Number.MAX_SAFE_INTEGER, `the offset of ${name}`);
    const sizeBytes = (elements / blockElements) * blockBytes;
    tensors.push({ name, dims, type, elements, offset, sizeBytes });
  }
  return tensors;
}

/**
 * Makes offsets absolute and checks that every tensor lies in the file, aligned, sharing no byte with
 * another.
 *
 * @param dataOffset - Start of the tensor data.
 * @param fileSize - Bytes of the file.
 * @throws SeclError `GGUF_INVALID`.
 */
export function placeTensors(
  entries: readonly GgufTensor[],
  dataOffset: number,
  fileSize: number,
  alignment: number,
): GgufTensor[] {
  const placed = entries.map((entry): GgufTensor => {
    const { name, offset, sizeBytes } = entry;
    if (offset % alignment !== 0) {
      throw ggufInvalid(`tensor ${name} starts at ${offset}, no multiple of ${alignment}`);
    }
    // Compared by subtraction, which may be negative: a sum of two numbers near 2^53 is not exact.
    if (offset > fileSize - dataOffset - sizeBytes) {
      throw ggufInvalid(
        `tensor ${name} (${sizeBytes} bytes at ${dataOffset} + ${offset}) ends beyond the file’s ${fileSize} bytes`,
      );
    }
    return { ...entry, offset: dataOffset + offset };
  });
  const byOffset = [...placed].sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < byOffset.length; i++) {
    const before = byOffset[i - 1]!;
    const tensor = byOffset[i]!;
    if (before.offset + before.sizeBytes > tensor.offset) {
      throw ggufInvalid(`tensors ${before.name} and ${tensor.name} overlap`);
    }
  }
  return placed;
}
