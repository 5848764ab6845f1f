const MAGIC = 0x184d2204;
/** Of the flags: version 1, in two bits. */
const VERSION = 0x40;
const VERSION_BITS = 0xc0;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
/** Of a block's size: its bytes are as they were. */
const IS_PLAIN = 0x80000000;
/** A match takes so many bytes at least; a length of 15 goes on in the bytes that follow. */
const LEAST_MATCH = 4;
const MORE = 15;

/**
 * Uncompresses an LZ4 frame. Checksums are not looked at.
 *
 * @param most - More bytes than this are not made.
 * @returns `undefined` if it is no frame, is damaged, needs a dictionary, or holds more than `most`.
 * Source: lz4, doc/lz4_Frame_format.md and doc/lz4_Block_format.md.
 */
export function uncompressLz4(bytes: Uint8Array, most: number): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) return undefined;
  const flags = bytes[4]!;
  if ((flags & VERSION_BITS) !== VERSION || (flags & HAS_DICTIONARY) !== 0) return undefined;
  // Magic, flags, block size, perhaps the whole size, a checksum of the header.
  let at = 4 + 2 + ((flags & HAS_SIZE) === 0 ? 0 : 8) + 1;
  const output = new Growing(most);
  while (at + 4 <= bytes.length) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.bytes();
    const end = at + (size & ~IS_PLAIN);
    if (end > bytes.length) return undefined;
    const block = bytes.subarray(at, end);
    const isSound = size >= IS_PLAIN ? output.append(block) : uncompressBlock(block, output);
    if (!isSound) return undefined;
    at = end + ((flags & HAS_BLOCK_CHECKSUMS) === 0 ? 0 : 4);
  }
  return undefined;
}

/** Bytes to which more are added; blocks may refer to those before them. */
class Growing {
  readonly #most: number;
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** All so far, over the same memory. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @returns Whether there was room. */
  append(more: Uint8Array): boolean {
    if (!this.#makeRoom(more.length)) return false;
    this.#buffer.set(more, this.#length);
    this.#length += more.length;
    return true;
  }

  /** Adds bytes of its own from so far back again; they may overlap what they become. @returns Whether it could. */
  repeat(distance: number, count: number): boolean {
    if (distance === 0 || distance > this.#length || !this.#makeRoom(count)) return false;
    const buffer = this.#buffer;
    for (const end = this.#length + count; this.#length < end; this.#length++)
      buffer[this.#length] = buffer[this.#length - distance]!;
    return true;
  }

  #makeRoom(count: number): boolean {
    const needed = this.#length + count;
    if (needed > this.#most) return false;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(
        Math.min(this.#most, Math.max(needed, 2 * this.#buffer.length)),
      );
      larger.set(this.bytes());
      this.#buffer = larger;
    }
    return true;
  }
}

/** @returns Whether it is sound. */
function uncompressBlock(block: Uint8Array, output: Growing): boolean {
  let at = 0;
  /** A length that begins in four bits. */
  const lengthOf = (first: number): number => {
    let length = first;
    let byte = first === MORE ? 255 : 0;
    while (byte === 255) {
      byte = block[at++] ?? NaN;
      length += byte;
    }
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = lengthOf(token >>> 4);
    // Not a number where the block ends in it.
    if (!(at + literals <= block.length)) return false;
    if (!output.append(block.subarray(at, at + literals))) return false;
    at += literals;
    // The last sequence is literals alone.
    if (at === block.length) return true;
    const distance = block[at]! + (block[at + 1] ?? NaN) * 256;
    at += 2;
    const count = LEAST_MATCH + lengthOf(token & MORE);
    if (!(distance + count > 0) || !output.repeat(distance, count)) return false;
  }
  return true;
}
