/** Names of the confidences; keys in summaries, records and reports. */
export const SCORE_NAMES = [
  'verbalized',
  'verbalizedWithEvidence',
  'answerProbability',
  'tokenCertainty',
  'pTrue',
  'normalizedPTrue',
] as const;

/** One of {@link SCORE_NAMES}. */
export type ScoreName = (typeof SCORE_NAMES)[number];

/**
 * Whether a score can be used. `ambiguous`: there is a number, but the model hardly spoke to the
 * question (little mass on the tokens asked for). `missing`: there is none, and `value` is `null`.
 */
export type ScoreStatus = 'present' | 'ambiguous' | 'missing';

/** A confidence and where it comes from. */
export interface Score {
  readonly name: ScoreName;
  /** Fraction in `[0, 1]`; `null` exactly when `missing`. Never a stand-in number. */
  readonly value: number | null;
  readonly status: ScoreStatus;
  /** Why it is missing or ambiguous, else `null`. */
  readonly reason: string | null;
  /** Mass on the tokens asked for (digits; True and False together); `null` where none are asked for. */
  readonly mass: number | null;
  /**
   * What it was made of, by name: e.g. `trueMass`, `falseMass`, `outsideMass` of a P(True), `evidence` of a
   * verbalized confidence. Empty where there is nothing to add.
   */
  readonly components: Readonly<Record<string, number>>;
  /** How it was normalised, e.g. `digits`, `true-false`, `total-above-one`, `none`. */
  readonly normalization: string;
  /** SHA-256 over the prompt template's name, version and text, first 16 hex digits; `null` without a prompt. */
  readonly promptHash: string | null;
  /** Name of the model that said it. */
  readonly model: string;
  /** Adapter that acted, 0 for none. */
  readonly adapterVersion: number;
}
