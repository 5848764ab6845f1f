import {
  GGUF_VALUE_TYPES,
  type GgufArray,
  type GgufNumberType,
  type GgufValue,
} from '../../src/gguf/metadata.ts';
import { TENSOR_LAYOUTS, type TensorType } from '../../src/gguf/tensor-type.ts';

/** A tensor to be written: `dims` in ggml's order (columns first), `bytes` as they lie in the file. */
export interface TensorToWrite {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: TensorType;
  readonly bytes: Uint8Array;
}

/** A GGUF file to be written. */
export interface GgufToWrite {
  /** @defaultValue 3 */
  readonly version?: number;
  /** By key, in order. `general.alignment` is honoured when given as a number. */
  readonly metadata?: Readonly<Record<string, GgufValue>>;
  readonly tensors?: readonly TensorToWrite[];
}

/** Metadata value shorthands. */
export const gguf = {
  u32: (value: number): GgufValue => ({ type: 'uint32', value }),
  f32: (value: number): GgufValue => ({ type: 'float32', value }),
  u64: (value: bigint): GgufValue => ({ type: 'uint64', value }),
  flag: (value: boolean): GgufValue => ({ type: 'bool', value }),
  text: (value: string): GgufValue => ({ type: 'string', value }),
  texts: (values: readonly string[]): GgufValue => ({
    type: 'array',
    value: { elementType: 'string', values },
  }),
  i32s: (values: readonly number[]): GgufValue => ({
    type: 'array',
    value: { elementType: 'int32', values: Int32Array.from(values) },
  }),
  f32s: (values: readonly number[]): GgufValue => ({
    type: 'array',
    value: { elementType: 'float32', values: Float32Array.from(values) },
  }),
};

/** Grows as needed; little-endian. */
class ByteWriter {
  #bytes = new Uint8Array(1024);
  length = 0;

  #room(count: number): DataView {
    while (this.length + count > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const view = new DataView(this.#bytes.buffer, this.length, count);
    this.length += count;
    return view;
  }

  number(type: GgufNumberType, value: number): void {
    switch (type) {
      case 'uint8':
        this.#room(1).setUint8(0, value);
        break;
      case 'int8':
        this.#room(1).setInt8(0, value);
        break;
      case 'uint16':
        this.#room(2).setUint16(0, value, true);
        break;
      case 'int16':
        this.#room(2).setInt16(0, value, true);
        break;
      case 'uint32':
        this.#room(4).setUint32(0, value, true);
        break;
      case 'int32':
        this.#room(4).setInt32(0, value, true);
        break;
      case 'float32':
        this.#room(4).setFloat32(0, value, true);
        break;
      case 'float64':
        this.#room(8).setFloat64(0, value, true);
        break;
    }
  }

  long(value: bigint): void {
    this.#room(8).setBigInt64(0, BigInt.asIntN(64, value), true);
  }

  bytes(bytes: Uint8Array): void {
    const view = this.#room(bytes.length);
    new Uint8Array(view.buffer, view.byteOffset, bytes.length).set(bytes);
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.long(BigInt(bytes.length));
    this.bytes(bytes);
  }

  padTo(alignment: number): void {
    this.bytes(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}

function writeArray(writer: ByteWriter, array: GgufArray): void {
  writer.number('uint32', GGUF_VALUE_TYPES.indexOf(array.elementType));
  writer.long(BigInt(array.values.length));
  switch (array.elementType) {
    case 'string':
      for (const value of array.values) writer.text(value);
      break;
    case 'array':
      for (const value of array.values) writeArray(writer, value);
      break;
    case 'uint64':
    case 'int64':
      for (const value of array.values) writer.long(value);
      break;
    case 'bool':
      for (const value of array.values) writer.number('uint8', value);
      break;
    default:
      for (const value of array.values) writer.number(array.elementType, value);
  }
}

function writeValue(writer: ByteWriter, value: GgufValue): void {
  writer.number('uint32', GGUF_VALUE_TYPES.indexOf(value.type));
  switch (value.type) {
    case 'string':
      writer.text(value.value);
      break;
    case 'array':
      writeArray(writer, value.value);
      break;
    case 'uint64':
    case 'int64':
      writer.long(value.value);
      break;
    case 'bool':
      writer.number('uint8', value.value ? 1 : 0);
      break;
    default:
      writer.number(value.type, value.value);
  }
}

/** Writes a GGUF file, tensors in order, each aligned. Checks nothing: tests write broken files too. */
export function writeGguf(file: GgufToWrite): Uint8Array<ArrayBuffer> {
  const { version = 3, metadata = {}, tensors = [] } = file;
  const given = metadata['general.alignment']?.value;
  const alignment = typeof given === 'number' && given > 0 ? given : 32;
  const writer = new ByteWriter();
  writer.bytes(new TextEncoder().encode('GGUF'));
  writer.number('uint32', version);
  writer.long(BigInt(tensors.length));
  writer.long(BigInt(Object.keys(metadata).length));
  for (const [key, value] of Object.entries(metadata)) {
    writer.text(key);
    writeValue(writer, value);
  }
  let offset = 0;
  for (const { name, dims, type, bytes } of tensors) {
    writer.text(name);
    writer.number('uint32', dims.length);
    for (const size of dims) writer.long(BigInt(size));
    writer.number('uint32', TENSOR_LAYOUTS[type].id);
    writer.long(BigInt(offset));
    offset += Math.ceil(bytes.length / alignment) * alignment;
  }
  for (const { bytes } of tensors) {
    writer.padTo(alignment);
    writer.bytes(bytes);
  }
  return writer.result();
}
