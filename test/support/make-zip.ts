import { crc32, deflateRawSync } from 'node:zlib';

/** One member of a {@link makeZip} archive. */
export interface ZipMember {
  readonly name: string;
  readonly data: Buffer;
  /** @defaultValue true */
  readonly compress?: boolean;
  /** What the directory claims instead of the truth. */
  readonly claimedBytes?: number;
  readonly claimedCrc?: number;
}

/** A zip archive in memory, by the format's specification (APPNOTE 6.3.10), lies included. */
export function makeZip(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, compress = true, claimedBytes, claimedCrc } of members) {
    const packed = compress ? deflateRawSync(data) : data;
    const fileName = Buffer.from(name, 'utf8');
    // Version, flags, method, time, date, CRC, packed and unpacked size, name length, extra length.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(compress ? 8 : 0, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(claimedCrc ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedBytes ?? data.length, 18);
    common.writeUInt16LE(fileName.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, fileName, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 0]);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, tail, fileName);
    offset += 4 + common.length + fileName.length + packed.length;
  }
  const directoryBytes = directory.reduce((total, part) => total + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
