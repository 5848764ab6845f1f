import { ggufInvalid } from './gguf-fault.ts';

/** Types of metadata values that are plain numbers, as the GGUF specification names them. */
export type GgufNumberType =
  'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64';

/** Types of metadata values, in the order of their numbers in the file. */
export const GGUF_VALUE_TYPES = [
  ...(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32'] as const),
  ...(['bool', 'string', 'array', 'uint64', 'int64', 'float64'] as const),
] as const;

/** One of {@link GGUF_VALUE_TYPES}. */
export type GgufValueType = (typeof GGUF_VALUE_TYPES)[number];

/** An array value; the kind of `values` follows from the element type. Booleans are 0 and 1. */
export type GgufArray =
  | { readonly elementType: 'uint8' | 'bool'; readonly values: Uint8Array }
  | { readonly elementType: 'int8'; readonly values: Int8Array }
  | { readonly elementType: 'uint16'; readonly values: Uint16Array }
  | { readonly elementType: 'int16'; readonly values: Int16Array }
  | { readonly elementType: 'uint32'; readonly values: Uint32Array }
  | { readonly elementType: 'int32'; readonly values: Int32Array }
  | { readonly elementType: 'float32'; readonly values: Float32Array }
  | { readonly elementType: 'float64'; readonly values: Float64Array }
  | { readonly elementType: 'uint64'; readonly values: BigUint64Array }
  | { readonly elementType: 'int64'; readonly values: BigInt64Array }
  | { readonly elementType: 'string'; readonly values: readonly string[] }
  | { readonly elementType: 'array'; readonly values: readonly GgufArray[] };

/** A metadata value with its type in the file. */
export type GgufValue =
  | { readonly type: GgufNumberType; readonly value: number }
  | { readonly type: 'uint64' | 'int64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly value: GgufArray };

/** Metadata by key, in the file's order. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

function wrongType(key: string, wanted: string, value: GgufValue): Error {
  const found = value.type === 'array' ? `array of ${value.value.elementType}` : value.type;
  return ggufInvalid(`metadata ${key} should be ${wanted} but is ${found}`);
}

/**
 * The text at a key, or `undefined` if the key is missing.
 *
 * @throws SeclError `GGUF_INVALID` if there is something else.
 */
export function metadataText(metadata: GgufMetadata, key: string): string | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.type !== 'string') throw wrongType(key, 'a string', value);
  return value.value;
}

/**
 * The number at a key, whatever its width, or `undefined` if the key is missing.
 *
 * @throws SeclError `GGUF_INVALID` if there is something else, or an integer beyond 2^53.
 */
export function metadataNumber(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (typeof value.value === 'number') return value.value;
  if (typeof value.value !== 'bigint') throw wrongType(key, 'a number', value);
  const number = Number(value.value);
  if (!Number.isSafeInteger(number)) throw wrongType(key, 'an integer below 2^53', value);
  return number;
}

/**
 * The truth value at a key, or `undefined` if the key is missing.
 *
 * @throws SeclError `GGUF_INVALID` if there is something else.
 */
export function metadataFlag(metadata: GgufMetadata, key: string): boolean | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.type !== 'bool') throw wrongType(key, 'a bool', value);
  return value.value;
}

/**
 * The texts of the array at a key, or `undefined` if the key is missing.
 *
 * @throws SeclError `GGUF_INVALID` if there is something else.
 */
export function metadataTexts(metadata: GgufMetadata, key: string): readonly string[] | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.type !== 'array' || value.value.elementType !== 'string') {
    throw wrongType(key, 'an array of strings', value);
  }
  return value.value.values;
}

/**
 * The numbers of the array at a key, whatever their width up to 32 bits (or float64), or `undefined`
 * if the key is missing.
 *
 * @throws SeclError `GGUF_INVALID` if there is something else.
 */
export function metadataNumbers(
  metadata: GgufMetadata,
  key: string,
): Readonly<ArrayLike<number>> | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (value.type === 'array') {
    const { elementType, values } = value.value;
    if (
      elementType !== 'string' &&
      elementType !== 'array' &&
      elementType !== 'uint64' &&
      elementType !== 'int64' &&
      elementType !== 'bool'
    ) {
      return values;
    }
  }
  throw wrongType(key, 'an array of numbers', value);
}
