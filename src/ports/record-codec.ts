/** What decoding gives: bad bytes are a value, never an exception. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** One record type on the wire. */
export interface Codec<T> {
  /** @throws SeclError `RECORD_INVALID` if the value does not fit the schema. */
  encode(value: T): Uint8Array;
  /** Never throws; `reason` holds no content of the record. */
  decode(bytes: Uint8Array): Decoded<T>;
}
