import { ggufInvalid, ggufUnsupported } from './gguf-fault.ts';
import type { HeaderCursor } from './header-cursor.ts';
import { MAX_ARRAY_DEPTH, MAX_ARRAY_LENGTH, MAX_KEY_BYTES, MAX_STRING_BYTES } from './limits.ts';
import {
  GGUF_VALUE_TYPES,
  type GgufArray,
  type GgufMetadata,
  type GgufValue,
  type GgufValueType,
} from './metadata.ts';

/** Fewest bytes an element takes: its width, or the length in front of a string, or an empty array's header. */
const MIN_ELEMENT_BYTES: Readonly<Record<GgufValueType, number>> = {
  ...{ uint8: 1, int8: 1, bool: 1, uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4 },
  ...{ uint64: 8, int64: 8, float64: 8, string: 8, array: 12 },
};

function readValueType(cursor: HeaderCursor, key: string): GgufValueType {
  const id = cursor.uint32(`the type of ${key}`);
  const type = GGUF_VALUE_TYPES[id];
  if (type === undefined) throw ggufInvalid(`metadata ${key} has the unknown type ${id}`);
  return type;
}

function readFlag(cursor: HeaderCursor, key: string): number {
  const byte = cursor.uint8(key);
  if (byte > 1) throw ggufInvalid(`the bool ${key} is ${byte}, neither 0 nor 1`);
  return byte;
}

/** Fills a typed array of `length` elements, one read each: right whatever the machine's byte order. */
function fill<T extends { [index: number]: V }, V>(values: T, length: number, read: () => V): T {
  for (let i = 0; i < length; i++) values[i] = read();
  return values;
}

function readArray(cursor: HeaderCursor, key: string, depth: number): GgufArray {
  if (depth > MAX_ARRAY_DEPTH) {
    throw ggufUnsupported(
      `Metadata ${key} nests arrays more than ${MAX_ARRAY_DEPTH} deep`,
      'Use a file written by llama.cpp’s converters; they write flat arrays.',
    );
  }
  const elementType = readValueType(cursor, key);
  const length = cursor.count(MAX_ARRAY_LENGTH, `the length of ${key}`);
  const least = length * MIN_ELEMENT_BYTES[elementType];
  if (least > cursor.left) {
    throw ggufInvalid(
      `${key} claims ${length} elements, at least ${least} bytes, but ${cursor.left} are left`,
    );
  }
  switch (elementType) {
    case 'uint8':
      return { elementType, values: cursor.bytes(length, key) };
    case 'bool':
      return {
        elementType,
        values: fill(new Uint8Array(length), length, () => readFlag(cursor, key)),
      };
    case 'int8':
      return { elementType, values: fill(new Int8Array(length), length, () => cursor.int8(key)) };
    case 'uint16':
      return {
        elementType,
        values: fill(new Uint16Array(length), length, () => cursor.uint16(key)),
      };
    case 'int16':
      return { elementType, values: fill(new Int16Array(length), length, () => cursor.int16(key)) };
    case 'uint32':
      return {
        elementType,
        values: fill(new Uint32Array(length), length, () => cursor.uint32(key)),
      };
    case 'int32':
      return { elementType, values: fill(new Int32Array(length), length, () => cursor.int32(key)) };
    case 'float32':
      return {
        elementType,
        values: fill(new Float32Array(length), length, () => cursor.float32(key)),
      };
    case 'float64':
      return {
        elementType,
        values: fill(new Float64Array(length), length, () => cursor.float64(key)),
      };
    case 'uint64':
      return {
        elementType,
        values: fill(new BigUint64Array(length), length, () => cursor.uint64(key)),
      };
    case 'int64':
      return {
        elementType,
        values: fill(new BigInt64Array(length), length, () => cursor.int64(key)),
      };
    case 'string':
      return {
        elementType,
        values: fill<string[], string>([], length, () => cursor.text(MAX_STRING_BYTES, key)),
      };
    case 'array':
      return {
        elementType,
        values: fill<GgufArray[], GgufArray>([], length, () => readArray(cursor, key, depth + 1)),
      };
  }
}

function readValue(cursor: HeaderCursor, key: string): GgufValue {
  const type = readValueType(cursor, key);
  switch (type) {
    case 'uint64':
    case 'int64':
      return { type, value: cursor[type](key) };
    case 'bool':
      return { type, value: readFlag(cursor, key) === 1 };
    case 'string':
      return { type, value: cursor.text(MAX_STRING_BYTES, key) };
    case 'array':
      return { type, value: readArray(cursor, key, 1) };
    default:
      return { type, value: cursor[type](key) };
  }
}

/**
 * Reads `count` metadata entries.
 *
 * @throws SeclError `GGUF_INVALID` or `GGUF_UNSUPPORTED`.
 */
export function readMetadata(cursor: HeaderCursor, count: number): GgufMetadata {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.text(MAX_KEY_BYTES, `metadata key ${i}`);
    if (key === '') throw ggufInvalid(`metadata key ${i} is empty`);
    // Two values for one key: readers disagree which one counts.
    if (metadata.has(key)) throw ggufInvalid(`metadata key ${key} occurs twice`);
    metadata.set(key, readValue(cursor, key));
  }
  return metadata;
}
