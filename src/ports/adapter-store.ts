/** Keeps adapters' weights and optimizer states, too large for records, by the hash of their bytes. */
export interface AdapterStore {
  /**
   * Keeps bytes; the same bytes again change nothing. Durable once it resolves.
   *
   * @returns Their SHA-256, lower-case hex.
   */
  put(bytes: Uint8Array): Promise<string>;
  /**
   * @returns The bytes, verified against the hash, or `undefined` if they are not kept.
   * @throws SeclError `ADAPTER_REFUSED` if what is kept does not match its hash.
   */
  get(sha256: string): Promise<Uint8Array | undefined>;
}
