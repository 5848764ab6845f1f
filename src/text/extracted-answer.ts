/** What `extractAnswer` found. */
export interface ExtractedAnswer {
  /** The cleaned answer, the choice's label, or the final answer of a reasoning; `null`: none found. */
  readonly extracted: string | null;
  /** The text names several answers and does not settle on one; `extracted` is then `null`. */
  readonly ambiguous: boolean;
}
