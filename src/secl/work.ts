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

/** A question that cannot be asked or answered, and why. */
export interface RefusedQuestion {
  readonly question: Question;
  /** `MODEL_FAILED`: the network's numbers for it are not finite. */
  readonly code: 'CONTEXT_OVERFLOW' | 'RECORD_INVALID' | 'MODEL_FAILED';
  /** Holds no text of the question. */
  readonly reason: string;
}

/** A confidence that was asked for with the adapter in place, and how: what is published, and learnt from. */
export interface SpokenConfidence {
  readonly name: 'verbalized' | 'verbalizedWithEvidence';
  /** In `[0, 1]`. */
  readonly confidence: number;
  /** Mass on the ten digits. */
  readonly mass: number;
  /** The whole confidence prompt. */
  readonly promptIds: TokenIds;
  /** First position that the adapter acts on, were there one. */
  readonly adaptFrom: number;
  /** Adapter that acted, 0 for none. */
  readonly adapterVersion: number;
  /** The same under the adapter that acted before, in `[0, 1]`; `null` where it was not asked or could not be read. */
  readonly previous: number | null;
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
  /** The published confidence, where it is a verbalized one that could be read. */
  readonly spoken: SpokenConfidence | null;
  readonly distractors: readonly Distractor[];
}
