import type { PlannedRecord } from '../../broker/plan-records.ts';
import type { IncomingRecord } from '../../ports/broker.ts';
import { SEAL_BYTES } from './sealed-value.ts';

/** What the stored value of a record holds; topic, partition and offset are in its key. */
export type FramedRecord = Pick<IncomingRecord, 'key' | 'value' | 'headers' | 'timestampMs'>;

const HAS_KEY = 1;
const HAS_VALUE = 2;
const KNOWN_FLAGS = HAS_KEY | HAS_VALUE;

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/** Little-endian groups of seven bits; numbers up to 2^53. */
function writeVarint(bytes: Buffer, value: number, at: number): number {
  let rest = value;
  let end = at;
  while (rest >= 0x80) {
    bytes[end++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[end++] = rest;
  return end;
}

/**
 * Frames a record, with room for a seal at the end:
 *
 *     flags:8  timestamp  headerCount  (nameLength name valueLength value)*  [keyLength key]  [value]  seal:32
 *
 * Numbers are varints. Flag 1: there is a key. Flag 2: there is a value (without it, a tombstone). The
 * value takes what is left.
 */
export function frameRecord(record: Omit<PlannedRecord, 'bytes'>): Buffer {
  const { key, value, timestampMs } = record;
  const headers = Object.entries(record.headers).map(
    ([name, content]) => [Buffer.from(name), content] as const,
  );
  const parts = [...headers.flat(), ...(key === null ? [] : [key])];
  let length = 1 + varintLength(timestampMs) + varintLength(headers.length);
  for (const part of parts) length += varintLength(part.length) + part.length;
  const bytes = Buffer.allocUnsafe(length + (value?.length ?? 0) + SEAL_BYTES);
  let at = bytes.writeUInt8((key === null ? 0 : HAS_KEY) | (value === null ? 0 : HAS_VALUE));
  at = writeVarint(bytes, timestampMs, at);
  at = writeVarint(bytes, headers.length, at);
  for (const part of parts) {
    at = writeVarint(bytes, part.length, at);
    bytes.set(part, at);
    at += part.length;
  }
  if (value !== null) bytes.set(value, at);
  return bytes;
}

/** Reads what {@link frameRecord} wrote, without its seal; `undefined` if it cannot be that. */
export function parseRecord(bytes: Buffer): FramedRecord | undefined {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined) return NaN;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  /** A copy, so that a small part does not keep a whole page in memory. */
  const part = (): Uint8Array | undefined => {
    const end = varint() + at;
    // Also false for NaN.
    if (!(end <= bytes.length)) return undefined;
    const copy = Uint8Array.from(bytes.subarray(at, end));
    at = end;
    return copy;
  };

  const flags = bytes[at++] ?? NaN;
  const timestampMs = varint();
  const headerCount = varint();
  if (Number.isNaN(flags + timestampMs + headerCount) || (flags & ~KNOWN_FLAGS) !== 0) {
    return undefined;
  }
  const headers: [string, Uint8Array][] = [];
  for (let i = 0; i < headerCount; i++) {
    const name = part();
    const content = part();
    if (name === undefined || content === undefined) return undefined;
    headers.push([Buffer.from(name).toString(), content]);
  }
  const key = (flags & HAS_KEY) === 0 ? null : part();
  if (key === undefined) return undefined;
  const value = (flags & HAS_VALUE) === 0 ? null : Uint8Array.from(bytes.subarray(at));
  if (value === null && at !== bytes.length) return undefined;
  return { key, value, headers: Object.fromEntries(headers), timestampMs };
}
