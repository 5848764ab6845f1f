/** More than this is taken for damage; keeps a damaged length from taking all memory. */
const MAX_LENGTH = 64 * 1024 * 1024;

/** A number of seven-bit groups, least first, and where it ends; `undefined` if it does not end. */
export function readVarint(
  bytes: Uint8Array,
  at: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 7; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

/**
 * Uncompresses a raw Snappy block.
 *
 * @returns `undefined` if it is not one.
 * Source: google/snappy, format_description.txt.
 */
export function uncompressSnappy(bytes: Uint8Array): Uint8Array | undefined {
  const length = readVarint(bytes, 0);
  if (length === undefined || length.value > MAX_LENGTH) return undefined;
  const output = new Uint8Array(length.value);
  let written = 0;
  let at = length.end;
  const number = (size: number): number => {
    let value = 0;
    for (let i = 0; i < size; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
    at += size;
    return value;
  };
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const upper = tag >>> 2;
    const kind = tag & 3;
    if (kind === 0) {
      // A literal; lengths above 60 follow in 1 to 4 bytes.
      const size = 1 + (upper < 60 ? upper : number(upper - 59));
      if (at + size > bytes.length || written + size > output.length) return undefined;
      output.set(bytes.subarray(at, at + size), written);
      at += size;
      written += size;
      continue;
    }
    // A copy of what was written before; it may overlap itself.
    const size = kind === 1 ? 4 + (upper & 7) : 1 + upper;
    const distance = kind === 1 ? (upper >>> 3) * 256 + number(1) : number(kind === 2 ? 2 : 4);
    if (distance === 0 || distance > written || written + size > output.length) return undefined;
    for (let i = 0; i < size; i++, written++) output[written] = output[written - distance]!;
  }
  return written === output.length ? output : undefined;
}
