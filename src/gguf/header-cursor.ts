import type { ByteSource } from './byte-source.ts';
import { ggufInvalid } from './gguf-fault.ts';

/** Bytes fetched at once: few reads of the source, and little fetched beyond the header. */
const WINDOW_BYTES = 256 * 1024;

/** 2^32, the weight of the upper half of a 64-bit integer. */
const UPPER_HALF = 4_294_967_296;

/**
 * Reads little-endian values one after the other through a window on a {@link ByteSource}.
 *
 * Every read is checked against the end of the source first, so a false length is an error and never
 * an allocation. `what` names the value in messages.
 */
export class HeaderCursor {
  /** Offset of the next byte. */
  position = 0;
  readonly #source: ByteSource;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #view = new DataView(new ArrayBuffer(0));
  #windowStart = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Bytes from the next one to the end of the source. */
  get left(): number {
    return this.#source.size - this.position;
  }

  uint8(what: string): number {
    const at = this.#take(1, what);
    return this.#view.getUint8(at);
  }

  int8(what: string): number {
    const at = this.#take(1, what);
    return this.#view.getInt8(at);
  }

  uint16(what: string): number {
    const at = this.#take(2, what);
    return this.#view.getUint16(at, true);
  }

  int16(what: string): number {
    const at = this.#take(2, what);
    return this.#view.getInt16(at, true);
  }

  uint32(what: string): number {
    const at = this.#take(4, what);
    return this.#view.getUint32(at, true);
  }

  int32(what: string): number {
    const at = this.#take(4, what);
    return this.#view.getInt32(at, true);
  }

  float32(what: string): number {
    const at = this.#take(4, what);
    return this.#view.getFloat32(at, true);
  }

  float64(what: string): number {
    const at = this.#take(8, what);
    return this.#view.getFloat64(at, true);
  }

  uint64(what: string): bigint {
    const at = this.#take(8, what);
    return this.#view.getBigUint64(at, true);
  }

  int64(what: string): bigint {
    const at = this.#take(8, what);
    return this.#view.getBigInt64(at, true);
  }

  /**
   * An unsigned 64-bit integer that counts something.
   *
   * @param limit - Largest value accepted, below 2^53.
   * @throws SeclError `GGUF_INVALID` if it is larger.
   */
  count(limit: number, what: string): number {
    const at = this.#take(8, what);
    const value = this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * UPPER_HALF;
    if (value > limit) throw ggufInvalid(`${what} is ${value}, above the limit of ${limit}`);
    return value;
  }

  /**
   * A string: its length in bytes, then UTF-8.
   *
   * @param limit - Most bytes accepted.
   * @throws SeclError `GGUF_INVALID` if it is longer, beyond the end, or not UTF-8.
   */
  text(limit: number, what: string): string {
    const length = this.count(limit, `the length of ${what}`);
    const at = this.#take(length, what);
    try {
      return this.#utf8.decode(
        new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length),
      );
    } catch {
      throw ggufInvalid(`${what} is not UTF-8 (at ${this.position - length})`);
    }
  }

  /**
   * A copy of the next bytes.
   *
   * @throws SeclError `GGUF_INVALID` if there are fewer.
   */
  bytes(length: number, what: string): Uint8Array<ArrayBuffer> {
    const at = this.#take(length, what);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length).slice();
  }

  /** Steps over `length` bytes; returns where they lie in the view, which may be another one after. */
  #take(length: number, what: string): number {
    if (length > this.left) {
      throw ggufInvalid(
        `it ends at byte ${this.#source.size}, inside ${what} (${length} bytes from ${this.position})`,
      );
    }
    let at = this.position - this.#windowStart;
    if (at + length > this.#view.byteLength) {
      const size = Math.min(Math.max(length, WINDOW_BYTES), this.left);
      const bytes = this.#source.read(this.position, size);
      if (bytes.length !== size) {
        throw ggufInvalid(
          `only ${bytes.length} of ${size} bytes from ${this.position} can be read`,
        );
      }
      this.#view = new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, size);
      this.#windowStart = this.position;
      at = 0;
    }
    this.position += length;
    return at;
  }
}
