/** Element types that graphs of this project use; names as onnxruntime's JavaScript binding has them. */
export type ElementType = 'float32' | 'uint8' | 'int32' | 'int64';

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int32: 4,
  int64: 8,
};

/** A size, or the name of one that is known only when the graph runs (`tokens`, `capacity`). */
export type Dimension = number | string;

/** Element type and row-major shape of a value; a scalar has the shape `[]`. */
export interface TensorType {
  readonly elementType: ElementType;
  readonly shape: readonly Dimension[];
  /** Of a vector of sizes: what they are, names included. No part of the type. */
  readonly dimensions?: readonly Dimension[];
}

/** Shorthand for a {@link TensorType}. */
export function tensorType(elementType: ElementType, shape: readonly Dimension[]): TensorType {
  return { elementType, shape };
}

/** Number of elements, or `undefined` when a dimension has only a name. */
export function elementCount(shape: readonly Dimension[]): number | undefined {
  let count = 1;
  for (const dimension of shape) {
    if (typeof dimension === 'string') return undefined;
    count *= dimension;
  }
  return count;
}

/** For people: `float32[1,tokens,896]`. */
export function formatType(type: TensorType): string {
  return `${type.elementType}[${type.shape.join(',')}]`;
}

/** Whether two types are the same, names of dimensions included. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return (
    a.elementType === b.elementType &&
    a.shape.length === b.shape.length &&
    a.shape.every((dimension, axis) => dimension === b.shape[axis])
  );
}
