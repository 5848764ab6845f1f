import type { AdapterScope } from '../events/adapter-scope.ts';
import type { AnswerStyle } from '../events/question.ts';
import type { ScoreName } from '../events/score.ts';
import type { Normalization } from './normalized-p-true.ts';
import type { PromptSet, PromptTemplate } from './prompts/prompt-set.ts';

/** What the model is told of its own writing when it is asked how sure it is. */
export const EVIDENCES = [
  'none',
  'answer-probability',
  'token-certainty',
  'probability-and-certainty',
  'combination',
] as const;

/** One of {@link EVIDENCES}. */
export type Evidence = (typeof EVIDENCES)[number];

/** The method's settings, as a topology gives them. */
export interface ScoringOptions {
  readonly prompts: PromptSet;
  /** Most tokens of an answer, by style. */
  readonly maxTokens: Readonly<Record<AnswerStyle, number>>;
  /** Most tokens of one distractor. */
  readonly distractorMaxTokens: number;
  /** Distractors wanted per answer, from 0. */
  readonly distractors: number;
  /** Longest prompt in tokens; a longer question is a dead letter. */
  readonly maxPromptTokens: number;
  /** Positions the model holds; a longer prompt is not asked, and what it was for is missing. */
  readonly contextLength: number;
  /** Longest question in UTF-16 code units, everything it says included; a longer one is a dead letter. */
  readonly maxQuestionChars: number;
  readonly evidence: Evidence;
  /** Where an adapter acts, once there is one. */
  readonly adapterScope: AdapterScope;
  /** Below this mass on the tokens asked for, a score is `ambiguous`. In `[0, 1]`. */
  readonly minimumMass: number;
  readonly normalization: Normalization;
  /** Which scores to compute: on base weights, unless the adapter acts on the whole conversation. */
  readonly scores: readonly ScoreName[];
  /** Which score is published. */
  readonly published: ScoreName;
  /** Provenance of a prompt: 16 hex digits. */
  readonly promptHash: (template: PromptTemplate) => string;
}
