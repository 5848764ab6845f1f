/** What the model store tells whoever watches; how it is shown is the command line's affair. */
export interface StoreProgress {
  /**
   * `lock`: waiting for another process; `source`: a line about which source is tried or why one
   * failed; `download`, `copy`, `verify`: bytes; `build`: steps of the graph builder.
   */
  readonly phase: 'lock' | 'source' | 'download' | 'copy' | 'verify' | 'build';
  /** Units done, at least 0; 0 for `lock` and `source`. */
  readonly done: number;
  /** Units in all, or `undefined` where that is not known. */
  readonly total: number | undefined;
  /** What `done` and `total` count. */
  readonly unit: 'bytes' | 'steps';
  /** One line for people, without a trailing full stop. */
  readonly detail: string;
}

/** Receives progress; called often, must be cheap and must not throw. */
export type OnStoreProgress = (progress: StoreProgress) => void;
