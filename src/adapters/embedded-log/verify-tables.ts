import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c } from './crc32c.ts';
import { readVarint, uncompressSnappy } from '../../broker/snappy.ts';

const FOOTER_BYTES = 48;
const MAGIC = 0xdb4775248b80fb57n;

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Table files of a LevelDB folder with a block that fails its checksum. LevelDB looks at its checksums only
 * when told to, and its Node.js binding cannot tell it to: what it reads instead is garbage, nothing, or an
 * assertion that ends the process.
 *
 * A file that does not end like a table is passed over: a process that was killed leaves such files, and
 * LevelDB refuses them by itself.
 *
 * @remarks Reads every table once, one after the other.
 */
export async function findDamagedTables(folder: string): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\d+\.(ldb|sst)$/.test(name)) continue;
    if (!isTableSound(await readFile(join(folder, name)))) damaged.push(name);
  }
  return damaged;
}

/** Whether every block of a table has its checksum; also true of what does not end like a table. */
export function isTableSound(table: Buffer): boolean {
  if (table.length < FOOTER_BYTES || table.readBigUInt64LE(table.length - 8) !== MAGIC) return true;
  const footer = table.length - FOOTER_BYTES;
  const metaIndex = readHandle(table, footer);
  const index = metaIndex && readHandle(table, metaIndex.end);
  if (metaIndex === undefined || index === undefined) return false;
  // One names the blocks of data, the other those of filters.
  return [index, metaIndex].every((block) => {
    const entries = readBlock(table, block);
    const blocks = entries && handlesOf(entries);
    return blocks?.every((listed) => hasChecksum(table, listed)) ?? false;
  });
}

function readHandle(
  bytes: Uint8Array,
  at: number,
): (BlockHandle & { readonly end: number }) | undefined {
  const offset = readVarint(bytes, at);
  const size = offset && readVarint(bytes, offset.end);
  return size && { offset: offset.value, size: size.value, end: size.end };
}

function hasChecksum(table: Buffer, { offset, size }: BlockHandle): boolean {
  const end = offset + size + 1;
  if (end + 4 > table.length) return false;
  const crc = crc32c(table.subarray(offset, end));
  // LevelDB stores checksums rotated and shifted, since a checksum of checksums is a weak one.
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  return masked === table.readUInt32LE(end);
}

function readBlock(table: Buffer, block: BlockHandle): Uint8Array | undefined {
  if (!hasChecksum(table, block)) return undefined;
  const { offset, size } = block;
  const content = table.subarray(offset, offset + size);
  return table[offset + size] === 0 ? content : uncompressSnappy(content);
}

/** Handles that an index block holds: entries of `shared unshared valueLength key value`, then restarts. */
function handlesOf(index: Uint8Array): readonly BlockHandle[] | undefined {
  const restarts = new DataView(index.buffer, index.byteOffset, index.length);
  if (index.length < 4) return undefined;
  const end = index.length - 4 - 4 * restarts.getUint32(index.length - 4, true);
  const handles: BlockHandle[] = [];
  let at = 0;
  while (at < end) {
    const shared = readVarint(index, at);
    const unshared = shared && readVarint(index, shared.end);
    const length = unshared && readVarint(index, unshared.end);
    if (length === undefined) return undefined;
    const value = length.end + unshared!.value;
    const handle = readHandle(index, value);
    if (handle === undefined) return undefined;
    handles.push(handle);
    at = value + length.value;
  }
  return handles;
}
