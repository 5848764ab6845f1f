/** First bytes of every single object. */
const MARKER = [0xc3, 0x01] as const;
/** Marker and fingerprint. */
export const HEADER_BYTES = 10;

/**
 * Frames Avro data as a single object: `C3 01`, the fingerprint of the writer's schema in little-endian
 * order, the data.
 *
 * Source: Avro specification 1.11, "Single-object encoding".
 */
export function frameSingleObject(fingerprint: bigint, data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(HEADER_BYTES + data.length);
  framed.set(MARKER);
  new DataView(framed.buffer).setBigUint64(MARKER.length, fingerprint, true);
  framed.set(data, HEADER_BYTES);
  return framed;
}

/** The fingerprint of a single object, or `undefined` if the bytes are none. */
export function singleObjectFingerprint(bytes: Uint8Array): bigint | undefined {
  if (bytes.length < HEADER_BYTES || MARKER.some((byte, i) => bytes[i] !== byte)) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(MARKER.length, true);
}
