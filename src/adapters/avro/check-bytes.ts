import { isUtf8 } from 'node:buffer';
import type { AvroSchema, Primitive } from './avro-schema.ts';

/** A place in bytes, moved on by whoever reads. */
interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/** Moves the cursor over one value; returns why it cannot be one, or `undefined`. */
type Check = (cursor: Cursor) => string | undefined;

/** What a check of a whole datum returns: a reason that holds no content, or `undefined`. */
export type BytesCheck = (bytes: Uint8Array, from: number) => string | undefined;

const ENDS_EARLY = 'the data ends early';
const MAX_INT = 0x7fffffff;
/** Bytes of the longest variable-length integer. */
const MAX_VARINT_BYTES = 10;

/**
 * Makes a check that bytes are exactly one datum of a schema.
 *
 * avsc reads past the end of its buffer and only then looks whether it did: an array's declared count is
 * believed until as many items have been made up, and a negative length moves it backwards. This check
 * runs first, reads every byte once and allocates nothing, so that avsc only sees data whose counts and
 * lengths are covered by bytes that are there. It also refuses what JavaScript would change in silence:
 * integers of more than 53 bits, text that is not UTF-8, and numbers that are not finite.
 *
 * @param schema - The writer's.
 */
export function bytesCheck(schema: AvroSchema): BytesCheck {
  const check = compile(schema);
  return (bytes, from) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const cursor: Cursor = { bytes, view, at: from };
    const reason = check(cursor);
    if (reason !== undefined) return reason;
    return cursor.at === bytes.length ? undefined : 'there are bytes after the data';
  };
}

function compile(schema: AvroSchema): Check {
  switch (schema.kind) {
    case 'primitive':
      return PRIMITIVE_CHECKS[schema.primitive];
    case 'record': {
      const checks = schema.fields.map(({ type }) => compile(type));
      return (cursor) => {
        for (const check of checks) {
          const reason = check(cursor);
          if (reason !== undefined) return reason;
        }
        return undefined;
      };
    }
    case 'enum': {
      const { length } = schema.symbols;
      return (cursor) => {
        const index = readVarint(cursor);
        return index >= 0 && index < length ? undefined : 'an enum has no such symbol';
      };
    }
    case 'union': {
      const checks = schema.branches.map(compile);
      return (cursor) => {
        const check = checks[readVarint(cursor)];
        return check === undefined ? 'a union has no such branch' : check(cursor);
      };
    }
    case 'array':
      return blocks(compile(schema.items));
    case 'map': {
      const value = compile(schema.values);
      return blocks((cursor) => checkText(cursor) ?? value(cursor));
    }
  }
}

/** Items in blocks, each with its count; a negative count is followed by the block's size in bytes. */
function blocks(item: Check): Check {
  return (cursor) => {
    for (;;) {
      let count = readVarint(cursor);
      if (count === 0) return undefined;
      let end: number | undefined;
      if (count < 0) {
        count = -count;
        end = readVarint(cursor);
        end += cursor.at;
      }
      // Every item takes a byte at least; also refuses NaN.
      if (!(count <= cursor.bytes.length - cursor.at)) return 'a count exceeds the data';
      for (let i = 0; i < count; i++) {
        const reason = item(cursor);
        if (reason !== undefined) return reason;
      }
      if (end !== undefined && end !== cursor.at) return 'a block has another size than it says';
    }
  };
}

/** A zigzag integer; NaN if it ends early, is too long or has more than 53 bits. */
function readVarint(cursor: Cursor): number {
  const { bytes } = cursor;
  let zigzag = 0;
  let scale = 1;
  for (let length = 1; length <= MAX_VARINT_BYTES; length++) {
    const byte = bytes[cursor.at];
    if (byte === undefined) return NaN;
    cursor.at += 1;
    zigzag += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) {
      if (zigzag > Number.MAX_SAFE_INTEGER) return NaN;
      return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    }
  }
  return NaN;
}

/** Moves over `length` bytes; the start of them, or `undefined` if they are not there. */
function skip(cursor: Cursor, length: number): number | undefined {
  const start = cursor.at;
  if (!(length >= 0 && length <= cursor.bytes.length - start)) return undefined;
  cursor.at += length;
  return start;
}

function checkText(cursor: Cursor): string | undefined {
  const start = skip(cursor, readVarint(cursor));
  if (start === undefined) return ENDS_EARLY;
  return isUtf8(cursor.bytes.subarray(start, cursor.at)) ? undefined : 'a text is not UTF-8';
}

function checkFinite(
  cursor: Cursor,
  size: number,
  read: (at: number) => number,
): string | undefined {
  const start = skip(cursor, size);
  if (start === undefined) return ENDS_EARLY;
  return Number.isFinite(read(start)) ? undefined : 'a number is not finite';
}

const PRIMITIVE_CHECKS: Readonly<Record<Primitive, Check>> = {
  null: () => undefined,
  boolean: (cursor) => {
    const byte = cursor.bytes[cursor.at];
    cursor.at += 1;
    return byte === 0 || byte === 1 ? undefined : 'a boolean is neither 0 nor 1';
  },
  int: (cursor) => {
    const value = readVarint(cursor);
    return value >= -MAX_INT - 1 && value <= MAX_INT ? undefined : 'an int is out of range';
  },
  long: (cursor) => (Number.isNaN(readVarint(cursor)) ? 'a long is out of range' : undefined),
  float: (cursor) => checkFinite(cursor, 4, (at) => cursor.view.getFloat32(at, true)),
  double: (cursor) => checkFinite(cursor, 8, (at) => cursor.view.getFloat64(at, true)),
  bytes: (cursor) => (skip(cursor, readVarint(cursor)) === undefined ? ENDS_EARLY : undefined),
  string: checkText,
};
