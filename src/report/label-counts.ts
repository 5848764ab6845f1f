/** What is known of answers whatever their confidence. */
export interface LabelCounts {
  /** Answers with a label. */
  readonly n: number;
  readonly unlabelled: number;
  /** Share of right answers among the labelled ones; `null` without any. */
  readonly accuracy: number | null;
}

/** Counts labels. `rows` are not mutated. */
export function labelCounts(rows: readonly { readonly correct: boolean | null }[]): LabelCounts {
  const labels = rows.flatMap(({ correct }) => (correct === null ? [] : [correct]));
  const n = labels.length;
  return {
    n,
    unlabelled: rows.length - n,
    accuracy: n === 0 ? null : labels.filter(Boolean).length / n,
  };
}
