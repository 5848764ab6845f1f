/**
 * What the page keeps at most. Whatever the stream brings, its memory stays below some tens of megabytes,
 * and a snapshot below half of one.
 */
export const DASHBOARD_LIMITS = {
  /** Newest answers, for plots and metrics. */
  answers: 2000,
  /** Newest answers that the figures of "now" are over. */
  standing: 500,
  /** Newest answers shown with their text. */
  latest: 20,
  /** Labels that wait for their answer; a replay's are all there before its first answer. */
  pendingLabels: 100_000,
  /** UTF-16 code units of all waiting labels together. */
  pendingChars: 16_000_000,
  /** Longest answer, in UTF-16 code units, that a late label is still matched with. */
  matchableChars: 4096,
  /** Newest closed windows. */
  windows: 60,
  /** Newest verdicts, by partition and scope. */
  verdicts: 64,
  /** Newest things that happened to adapters. */
  adapterEvents: 120,
  /** Newest dead letters. */
  deadLetters: 30,
  /** Codes of dead letters that are counted one by one. */
  deadLetterCodes: 40,
  /** Points of a plotted line. */
  points: 160,
  /** Stretches and marks of a plot, of each kind. */
  marks: 200,
  /** Lines of the drift plot. */
  driftLines: 6,
  /** Letters of a text that is shown. */
  text: 280,
  /** Letters of a name that is shown. */
  name: 80,
} as const;
