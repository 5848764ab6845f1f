/**
 * What became known of a question's right answer, on `qa.feedback`: late, or never. Read by metrics
 * alone. Either accepted answers (matched by the documented rules) or a verdict.
 */
export interface Feedback {
  readonly questionId: string;
  /** Texts that count as right; for `choice`, labels. Empty with a verdict. */
  readonly acceptedAnswers: readonly string[];
  /** A judge's verdict on the committed answer; `null`: match `acceptedAnswers`. */
  readonly correct: boolean | null;
  /** When the label became known, milliseconds since the epoch. */
  readonly labelledAtMs: number;
}
