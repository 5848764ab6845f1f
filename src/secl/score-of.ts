import type { Score, ScoreName } from '../events/score.ts';

/** What every score of one answer has in common. */
export interface ScoreOrigin {
  readonly model: string;
  readonly adapterVersion: number;
}

/** A score that could be read. Below `minimumMass` it is `ambiguous`. */
export function presentScore(
  name: ScoreName,
  value: number,
  origin: ScoreOrigin,
  details: {
    readonly mass?: number;
    readonly minimumMass?: number;
    readonly components?: Readonly<Record<string, number>>;
    readonly normalization: string;
    readonly promptHash?: string;
  },
): Score {
  const {
    mass = null,
    minimumMass = 0,
    components = {},
    normalization,
    promptHash = null,
  } = details;
  const low = mass !== null && mass < minimumMass;
  return {
    name,
    value,
    status: low ? 'ambiguous' : 'present',
    reason: low ? `only ${mass.toFixed(3)} of the probability fell on the words asked for` : null,
    mass,
    components,
    normalization,
    promptHash,
    ...origin,
  };
}

/** A score that could not be had. It has no number, and none is made up for it. */
export function missingScore(
  name: ScoreName,
  reason: string,
  origin: ScoreOrigin,
  normalization = 'none',
  promptHash: string | null = null,
): Score {
  return {
    name,
    value: null,
    status: 'missing',
    reason,
    mass: null,
    components: {},
    normalization,
    promptHash,
    ...origin,
  };
}

/** The value of a score by name, or `null` if it is missing or was not computed. */
export function scoreValue(scores: readonly Score[], name: ScoreName): number | null {
  return scores.find((score) => score.name === name)?.value ?? null;
}
