import type { AnswerStyle } from './question.ts';
import type { Score } from './score.ts';

/** A wrong-answer candidate the model proposed itself. */
export interface Distractor {
  readonly text: string;
  /** Log probability of its first token after the answer prompt. */
  readonly firstLogProbability: number;
  /** `null` when the score is missing. */
  readonly pTrue: number | null;
  readonly trueMass: number | null;
  readonly falseMass: number | null;
  /** Weight in `[0, 1]` that NormPTrue gave it. */
  readonly weight: number;
}

/** The confidence that counts, and under which name it was found. */
export interface PublishedConfidence {
  /** Fraction in `[0, 1]`; `null` when missing. */
  readonly value: number | null;
  /** Name of the score it is. */
  readonly source: string;
  readonly adapterVersion: number;
}

/** What the drift gate saw at a question, and what it made of it. */
export interface GateReading {
  /** Ordinal of the burst the question belongs to, from 1; 0: none is open. */
  readonly burst: number;
  /** Position within the burst, from 1; 0: none is open. */
  readonly positionInBurst: number;
  /** Changes noticed so far, alarms for one change merged. */
  readonly incident: number;
  /** Whether a detector fired at this question. */
  readonly alarm: boolean;
  /** Each detector's statistic after this question, by name. */
  readonly statistics: Readonly<Record<string, number>>;
  /** Where each statistic fires, by the same names. */
  readonly thresholds: Readonly<Record<string, number>>;
}

/** Computed positions by phase; a training position counts three. */
export interface ForwardTokens {
  readonly answer: number;
  readonly confidence: number;
  readonly scoring: number;
  readonly training: number;
  readonly total: number;
}

/** An answer with its confidence, on `qa.answers`: exactly one per input record. */
export interface Answer {
  readonly questionId: string;
  /** The input record: topic, partition, offset. */
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly domain: string | null;
  readonly style: AnswerStyle;
  /** What the model wrote, or what the question brought. */
  readonly text: string;
  /** The part that is the answer: of `text` itself, the choice's label, or the final answer of a reasoning. `null`: none found. */
  readonly extracted: string | null;
  /** Token ids of `text`. */
  readonly tokenIds: readonly number[];
  readonly finishReason: 'stop' | 'length' | 'given';
  /** Mean entropy over the answer's tokens, in nats; `null` where unknown. */
  readonly entropyNats: number | null;
  readonly published: PublishedConfidence;
  readonly scores: readonly Score[];
  readonly distractors: readonly Distractor[];
  readonly forwardTokens: ForwardTokens;
  readonly model: string;
  readonly modelFingerprint: string;
  /** Offset of an earlier record with the same id, else `null`. */
  readonly duplicateOf: number | null;
  /** Set when the answer came after its deadline. */
  readonly late: boolean;
  readonly answeredAtMs: number;
  readonly durationMs: number;
  /**
   * Last hidden state of the question's prompt, `[D]`, of unit length, as float32, little-endian; `null` where the
   * topology does not ask for it.
   */
  readonly hidden: Uint8Array | null;
  /** `null` without a gate. */
  readonly gate: GateReading | null;
  /**
   * What would have been published under the previous adapter, a fraction in `[0, 1]`; `null` unless the newest one
   * is on trial.
   */
  readonly previousConfidence: number | null;
}
