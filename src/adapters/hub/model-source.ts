import type { FileDigest } from './hashed-file.ts';
import type { OnStoreProgress } from './store-progress.ts';
import type { SourceKind } from './catalogue.ts';

/** What a source is given to work with. */
export interface FetchContext {
  /** An existing folder of this model and source; what is left in it is found again by the next run. */
  readonly folder: string;
  /** Most bytes of the model file. */
  readonly maxBytes: number;
  readonly onProgress: OnStoreProgress;
  readonly signal?: AbortSignal | undefined;
}

/** A complete model file that a source delivered. */
export interface FetchedFile extends FileDigest {
  /** Lies in the context's folder; whoever asked moves it away. */
  readonly path: string;
  /** What it was held against: a pinned hash, the server's announcement, or nothing. */
  readonly checkedAgainst: 'pinned' | 'announced' | 'nothing';
  /** Where it came from, for the record: repository and commit, packages, or path. */
  readonly origin: string;
}

/** One place a model can come from. */
export interface ModelSource {
  readonly kind: SourceKind;
  /** For messages, e.g. `hub Qwen/…`. */
  readonly label: string;
  /**
   * Brings the file.
   *
   * @throws SeclError `DOWNLOAD_FAILED` or `CHECKSUM_MISMATCH` (another source may do better),
   *   `STORE_FAILED` (none will), `CANCELLED`.
   */
  fetch(context: FetchContext): Promise<FetchedFile>;
}
