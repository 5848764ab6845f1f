import type { Distractor } from '../events/answer.ts';
import type { Question } from '../events/question.ts';
import type { Score } from '../events/score.ts';
import type { TokenTrace } from '../ports/language-model.ts';
import type { ChatMessage, TokenIds } from '../ports/tokenizer.ts';

/** A question with its prompt. */
export interface PlannedQuestion {
  readonly question: Question;
  readonly messages: readonly ChatMessage[];
  readonly promptIds: TokenIds;
}

/** A question that cannot be asked, and why. */
export interface RefusedQuestion {
  readonly question: Question;
  readonly code: 'CONTEXT_OVERFLOW' | 'RECORD_INVALID';
  /** Holds no text of the question. */
  readonly reason: string;
}

/** A question and its answer. */
export interface WrittenAnswer extends PlannedQuestion {
  readonly text: string;
  readonly tokens: readonly TokenTrace[];
  readonly finishReason: 'stop' | 'length' | 'given';
  /** The part that is the answer, or `null` where none was found. */
  readonly extracted: string | null;
  readonly entropyNats: number | null;
  /** Final norm's output at the question's last position, unit length, shape `[D]`. */
  readonly hidden: Float32Array | undefined;
  /** Positions computed so far, by phase. */
  readonly computed: {
    readonly answer: number;
    readonly confidence: number;
    readonly scoring: number;
  };
  readonly scores: readonly Score[];
  readonly distractors: readonly Distractor[];
}
