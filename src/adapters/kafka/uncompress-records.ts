import { gunzipSync } from 'node:zlib';
import { uncompressLz4 } from '../../broker/uncompress-lz4.ts';
import { readVarint, uncompressSnappy } from '../../broker/snappy.ts';
import { uncompressZstd } from './uncompress-zstd.ts';

/** Bytes, or why there are none: how a sentence on them goes on. */
export type Uncompressed =
  { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly reason: string };

/** Most bytes that a batch may hold: brokers limit what it takes compressed, and a bomb would take all memory. */
const MOST_BYTES = 128 * 1024 * 1024;

/** How Java's clients frame Snappy's blocks, after eight bytes with versions: each with its length before it. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_BYTES = XERIAL.length + 8;

/**
 * Uncompresses the records of a batch. Never throws.
 *
 * @param kind - 0 to 4, as the batch's attributes have it.
 * Source: Kafka's documentation, "Record Batch"; the frames are those of its Java client and of librdkafka.
 */
export function uncompressRecords(kind: number, bytes: Buffer): Uncompressed {
  switch (kind) {
    case 0:
      return { ok: true, bytes };
    case 1:
      return attempt('gzip', () => gunzipSync(bytes, { maxOutputLength: MOST_BYTES }));
    case 2:
      return attempt('snappy', () => uncompressFramedSnappy(bytes, MOST_BYTES));
    case 3:
      return attempt('lz4', () => uncompressLz4(bytes, MOST_BYTES));
    case 4:
      return attempt('zstd', () => uncompressZstd(bytes, MOST_BYTES));
    default:
      return { ok: false, reason: `is compressed in a way that is not known, ${kind}` };
  }
}

function attempt(name: string, work: () => Uint8Array | undefined): Uncompressed {
  const refused: Uncompressed = {
    ok: false,
    reason: `cannot be uncompressed (${name}), or is larger than ${MOST_BYTES} bytes`,
  };
  try {
    const bytes = work();
    if (bytes === undefined) return refused;
    return { ok: true, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  } catch {
    return refused;
  }
}

/** librdkafka writes one block, and nothing around it. */
function uncompressFramedSnappy(bytes: Buffer, most: number): Uint8Array | undefined {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return uncompressSnappy(bytes);
  const blocks: Uint8Array[] = [];
  // As each says of itself; one that lies is not sound.
  let length = 0;
  for (let at = XERIAL_BYTES; at < bytes.length;) {
    const from = at + 4;
    at = from + bytes.readInt32BE(at);
    if (at < from || at > bytes.length) return undefined;
    const block = bytes.subarray(from, at);
    length += readVarint(block, 0)?.value ?? 0;
    if (length > most) return undefined;
    blocks.push(block);
  }
  const uncompressed: Uint8Array[] = [];
  for (const block of blocks) {
    const made = uncompressSnappy(block);
    if (made === undefined) return undefined;
    uncompressed.push(made);
  }
  return Buffer.concat(uncompressed);
}
