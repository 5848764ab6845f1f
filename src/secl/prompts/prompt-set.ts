import type { AnswerStyle } from '../../events/question.ts';

/** A text with named gaps, written `{question}`. Gaps are filled once, left to right; fillings are not read again. */
export interface PromptTemplate {
  readonly name: string;
  /** Grows whenever the text changes: scores made with different versions are not comparable. */
  readonly version: number;
  /** System message; shared by every question, so its cache is computed once per model. */
  readonly system: string | null;
  /** User message. */
  readonly user: string;
}

/** Every prompt the method uses, for one family of models. */
export interface PromptSet {
  /** Name in topologies and provenance. */
  readonly name: string;
  /** Asks for the answer; gaps `{question}` and, for `choice`, `{choices}`. */
  readonly answer: Readonly<Record<AnswerStyle, PromptTemplate>>;
  /** Follows the answer and asks for one digit. */
  readonly confidence: PromptTemplate;
  /** The same with evidence; gap `{evidence}`, a digit. Shares its beginning with `confidence`. */
  readonly confidenceWithEvidence: PromptTemplate;
  /**
   * The same with both pieces of evidence; gaps `{probability}` and `{certainty}`, digits. Short, since it is asked
   * of every question.
   */
  readonly confidenceWithBoth: PromptTemplate;
  /** The same with both joined to one number; gap `{estimate}`, a digit. */
  readonly confidenceWithCombination: PromptTemplate;
  /** Judges one proposed answer; gaps `{question}`, `{reasoning}` (empty or a paragraph), `{answer}`. */
  readonly pTrue: PromptTemplate;
  /** Judges whether two answers say the same; gaps `{question}`, `{first}`, `{second}`. */
  readonly sameMeaning: PromptTemplate;
}
