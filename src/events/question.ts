/** How an answer is to be written, and so how it is matched. */
export type AnswerStyle = 'short' | 'choice' | 'reasoning';

/** One option of a multiple-choice question. */
export interface Choice {
  /** What the answer refers to it by, e.g. `A`. Unique within the question. */
  readonly label: string;
  readonly text: string;
}

/** An answer that came with its question: it is scored, not generated. */
export interface GivenAnswer {
  readonly text: string;
  /** Natural log probabilities of its tokens as its writer reported them; `null`: recompute. */
  readonly tokenLogProbabilities: readonly number[] | null;
}

/** A question, as on `qa.questions`. It never carries its label. */
export interface Question {
  /** Unique by intent; the same id again is answered again and says so. */
  readonly id: string;
  readonly text: string;
  readonly style: AnswerStyle;
  readonly choices: readonly Choice[];
  /** For reports only; the method never reads it. */
  readonly domain: string | null;
  readonly givenAnswer: GivenAnswer | null;
  /** Milliseconds since the epoch after which nobody waits for the answer; `null`: none. */
  readonly deadlineMs: number | null;
}
