import { isoInstant } from '../../events/instant-text.ts';
import type { PlacedLetter } from './dead-letters.ts';

/** Bytes that are shown of a record. */
const SHOWN_BYTES = 256;

/** A letter as a row of a table: id, record, code, time, reason. */
export function letterRow({ id, letter }: PlacedLetter): string[] {
  const { sourceTopic, sourcePartition, sourceOffset, code, reason, failedAtMs } = letter;
  const record = `${sourceTopic}/${sourcePartition}/${sourceOffset}`;
  const at = isoInstant(failedAtMs) ?? '–';
  return [id, harmless(record), harmless(code), at, harmless(reason)];
}

/** A letter as JSON, its bytes in base64. */
export function letterJson({ id, letter }: PlacedLetter): Record<string, unknown> {
  const base64 = (bytes: Uint8Array | null): string | null =>
    bytes === null ? null : Buffer.from(bytes).toString('base64');
  return { id, ...letter, key: base64(letter.key), value: base64(letter.value) };
}

/** A letter for people: what it says of itself, and its first bytes. */
export function describeLetter(placed: PlacedLetter): string {
  const [id, record, code, at, reason] = letterRow(placed);
  const { key, value } = placed.letter;
  return [
    `dead letter ${id}`,
    `  record  ${record}`,
    `  code    ${code}`,
    `  reason  ${reason}`,
    `  at      ${at}`,
    `  key     ${key === null ? 'none' : printable(key)}`,
    `  value   ${value === null ? 'none' : `${value.length} bytes`}`,
    ...(value === null ? [] : hexLines(value.subarray(0, SHOWN_BYTES))),
  ].join('\n');
}

/** A text on one line, without what would steer a terminal. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
}

/** Bytes as text. */
function printable(bytes: Uint8Array): string {
  return harmless(new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES)));
}

/** Bytes as hexadecimal digits beside their ASCII, 16 a line. */
function hexLines(bytes: Uint8Array): string[] {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const part = [...bytes.subarray(line * 16, line * 16 + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.'));
    return `  ${(line * 16).toString(16).padStart(4, '0')}  ${hex.padEnd(47)}  ${text.join('')}`;
  });
}
