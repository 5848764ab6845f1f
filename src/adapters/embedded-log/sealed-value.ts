import { crc32 } from 'node:zlib';
import { SeclError } from '../../errors/secl-error.ts';

/** Bytes at the end of every stored value. */
export const SEAL_BYTES = 4;

/** `LOG_CORRUPT`: what is stored is not what was written. */
export function logCorrupt(folder: string, what: string, cause?: unknown): SeclError {
  return new SeclError('LOG_CORRUPT', `the log in ${folder} is damaged: ${what}`, {
    hint: 'Put a backup in its place, or move the folder away and start with an empty one.',
    cause,
  });
}

/**
 * Seals a value for its key: the last four bytes become the CRC-32 of value and key, big-endian. LevelDB
 * checks its own checksums only where it is told to, and its Node.js binding cannot tell it to.
 *
 * @param value - Ends with {@link SEAL_BYTES} free bytes, which are set.
 */
export function seal(key: Uint8Array, value: Buffer): Buffer {
  const end = value.length - SEAL_BYTES;
  value.writeUInt32BE(crc32(key, crc32(value.subarray(0, end))), end);
  return value;
}

/** Takes a sealed value apart; `undefined` if it is not what was written under this key. */
export function unseal(key: Uint8Array, value: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = bytes.length - SEAL_BYTES;
  if (end < 0 || bytes.readUInt32BE(end) !== crc32(key, crc32(bytes.subarray(0, end)))) {
    return undefined;
  }
  return bytes.subarray(0, end);
}
