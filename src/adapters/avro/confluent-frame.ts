/** First byte of a registry's frame. */
const MAGIC = 0;
/** Marker and id. */
export const CONFLUENT_HEADER_BYTES = 5;

/** Whether bytes are meant to be in a registry's frame: a single object begins with another byte. */
export function isConfluent(bytes: Uint8Array): boolean {
  return bytes[0] === MAGIC;
}

/**
 * Frames Avro data for a schema registry: `00`, the id of the writer's schema in big-endian order, the data.
 *
 * Source: Confluent's documentation, "Wire format".
 *
 * @param id - 0 to 2^32 − 1.
 */
export function frameConfluent(id: number, data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(CONFLUENT_HEADER_BYTES + data.length);
  framed[0] = MAGIC;
  new DataView(framed.buffer).setUint32(1, id);
  framed.set(data, CONFLUENT_HEADER_BYTES);
  return framed;
}

/** The schema id of a registry's frame, or `undefined` if the bytes are none, or end in its header. */
export function confluentId(bytes: Uint8Array): number | undefined {
  if (!isConfluent(bytes) || bytes.length < CONFLUENT_HEADER_BYTES) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
}
