/** An input that could not be answered, on `qa.dead-letters`, with its bytes. */
export interface DeadLetter {
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  /** An `ErrorCode`, e.g. `RECORD_INVALID`, `CONTEXT_OVERFLOW`. */
  readonly code: string;
  /** For people; holds no text of the question. */
  readonly reason: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly failedAtMs: number;
}
