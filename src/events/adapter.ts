/** A version of an adapter, on `qa.adapters`. May still change. */
export interface AdapterRecord {
  readonly lineage: string;
  readonly version: number;
  readonly parentVersion: number;
  readonly baseSha256: string;
  readonly scope: 'position' | 'turn' | 'conversation';
  /** Batch it came from; `null` for an import. */
  readonly batchId: string | null;
  readonly rank: number;
  readonly alpha: number;
  readonly lossBefore: number | null;
  readonly lossAfter: number | null;
  readonly trainedOn: readonly string[];
  /** SHA-256 of the safetensors bytes. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The bytes themselves up to 512 KiB, else `null`: look them up by `sha256`. */
  readonly weights: Uint8Array | null;
}
