/** A typed array's constructor. */
interface ArrayOf<T> {
  new (length: number): T;
  readonly prototype: T;
}

/**
 * A function that hands out the first `length` elements of one buffer, which grows when it must. What was
 * handed out before is overwritten, so nothing is allocated from run to run.
 */
export function growingBuffer<
  T extends { readonly length: number; subarray(a: number, b: number): T },
>(ArrayType: ArrayOf<T>): (length: number) => T {
  let buffer = new ArrayType(0);
  return (length) => {
    if (buffer.length < length) buffer = new ArrayType(Math.ceil(length * 1.25));
    return buffer.subarray(0, length);
  };
}
