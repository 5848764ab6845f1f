import { type ByteSource, memoryByteSource } from './byte-source.ts';
import { ggufInvalid, ggufUnsupported } from './gguf-fault.ts';
import { HeaderCursor } from './header-cursor.ts';
import {
  DEFAULT_ALIGNMENT,
  MAX_ALIGNMENT,
  MAX_METADATA_COUNT,
  MAX_TENSOR_COUNT,
  MIN_METADATA_BYTES,
  MIN_TENSOR_BYTES,
} from './limits.ts';
import { type GgufMetadata, metadataNumber } from './metadata.ts';
import { readMetadata } from './read-metadata.ts';
import { type GgufTensor, placeTensors, readTensorEntries } from './read-tensors.ts';

/** What a GGUF file says of itself; the tensors' numbers stay in the file. */
export interface GgufHeader {
  readonly version: 2 | 3;
  readonly metadata: GgufMetadata;
  /** Tensors by name, in the file's order. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** First byte of the tensor data. */
  readonly dataOffset: number;
  /** Bytes; a power of two. */
  readonly alignment: number;
}

/** "GGUF" as a little-endian integer. */
const MAGIC = 0x46554747;

function readVersion(cursor: HeaderCursor): 2 | 3 {
  if (cursor.uint32('the magic number') !== MAGIC) {
    throw ggufInvalid('it does not begin with "GGUF"');
  }
  const version = cursor.uint32('the version');
  if (version === 2 || version === 3) return version;
  // 2 or 3 with its bytes reversed: version 3 brought files for big-endian machines.
  if (version === 0x03000000 || version === 0x02000000) {
    throw ggufUnsupported(
      'The GGUF file is big-endian',
      'Use the little-endian file of the model.',
    );
  }
  throw ggufUnsupported(
    `The GGUF file has version ${version}; 2 and 3 are known`,
    'Convert the model again with a current llama.cpp.',
  );
}

function readCount(cursor: HeaderCursor, limit: number, leastBytes: number, what: string): number {
  const count = cursor.count(limit, `the number of ${what}`);
  if (count * leastBytes > cursor.left) {
    throw ggufInvalid(`it claims ${count} ${what}, but only ${cursor.left} bytes are left`);
  }
  return count;
}

function readAlignment(metadata: GgufMetadata): number {
  const alignment = metadataNumber(metadata, 'general.alignment') ?? DEFAULT_ALIGNMENT;
  const powerOfTwo = Number.isInteger(Math.log2(alignment));
  if (!powerOfTwo || alignment < 1 || alignment > MAX_ALIGNMENT) {
    throw ggufInvalid(`the alignment ${alignment} is no power of two up to ${MAX_ALIGNMENT}`);
  }
  return alignment;
}

/**
 * Reads and checks the header of a GGUF file: metadata and the table of tensors.
 *
 * Nothing in the file is trusted: counts and lengths are held against limits (`limits.ts`) and the
 * bytes left before anything is allocated, tensors against the file's bounds and each other.
 *
 * @param input - The file, in memory or behind a {@link ByteSource}; only the header is read.
 * @throws SeclError `GGUF_INVALID` if the file breaks the format, `GGUF_UNSUPPORTED` if its version,
 *   byte order or a tensor's type is not known here, or it is one part of several.
 *
 * Source: GGUF specification, ggml `docs/gguf.md`.
 */
export function readGguf(input: Uint8Array | ByteSource): GgufHeader {
  const source = input instanceof Uint8Array ? memoryByteSource(input) : input;
  const cursor = new HeaderCursor(source);
  const version = readVersion(cursor);
  const tensorCount = readCount(cursor, MAX_TENSOR_COUNT, MIN_TENSOR_BYTES, 'tensors');
  const metadataCount = readCount(
    cursor,
    MAX_METADATA_COUNT,
    MIN_METADATA_BYTES,
    'metadata entries',
  );
  const metadata = readMetadata(cursor, metadataCount);
  const parts = metadataNumber(metadata, 'split.count') ?? 1;
  if (parts > 1) {
    throw ggufUnsupported(
      `The GGUF file is one of ${parts} parts`,
      'Join the parts with `llama-gguf-split --merge` and give the whole file.',
    );
  }
  const alignment = readAlignment(metadata);
  const entries = readTensorEntries(cursor, tensorCount);
  const dataOffset = Math.ceil(cursor.position / alignment) * alignment;
  const placed = placeTensors(entries, dataOffset, source.size, alignment);
  const tensors = new Map(placed.map((tensor) => [tensor.name, tensor]));
  return { version, metadata, tensors, dataOffset, alignment };
}
