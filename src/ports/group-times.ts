/** Times of a group's members and their transactions where nobody sets others, milliseconds. */
export const GROUP_TIMES = {
  /** A silent member keeps its partitions so long. */
  sessionTimeoutMs: 30_000,
  /** An open transaction is aborted after it. */
  transactionTimeoutMs: 30_000,
  /** A member that has records and does nothing with them gives up its partitions after it. */
  progressTimeoutMs: 1_800_000,
} as const;

/** Milliseconds between two signs of life where nobody sets others: nine of ten may be lost. */
export function usualHeartbeatMs(sessionTimeoutMs: number): number {
  return sessionTimeoutMs / 10;
}
