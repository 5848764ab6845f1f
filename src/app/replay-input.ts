import type { Feedback } from '../events/feedback.ts';
import type { Question } from '../events/question.ts';

/** One line of a stream file: a question with its label, or bytes that are neither. */
export type ReplayItem =
  | { readonly question: Question; readonly feedback: Feedback | null }
  | { readonly bytes: Uint8Array };

/** What a replay feeds in. */
export interface ReplayInput {
  /** For the run's folder and title. */
  readonly name: string;
  readonly items: readonly ReplayItem[];
  /** Hash over the file and over which of its lines are replayed. */
  readonly hash: string;
}
