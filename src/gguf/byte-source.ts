/** Random access to bytes that need not be in memory, e.g. a file of half a gigabyte. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * The bytes `[offset, offset + length)`, exactly that many. The caller does not change them, and they
   * do not change under the caller.
   *
   * @param offset - From 0.
   * @param length - At least 0; `offset + length` is at most `size`.
   */
  read(offset: number, length: number): Uint8Array;
}

/** A {@link ByteSource} over bytes in memory; reads are views, nothing is copied. */
export function memoryByteSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
