import type { Answer } from '../events/answer.ts';
import type { ScoreName } from '../events/score.ts';

/** Fractions in `[0, 1]` by score, the published one among them; `null` or absent: missing. */
export type Confidences = Readonly<Partial<Record<ScoreName | 'published', number | null>>>;

/** The confidences of an answer by name, the published one among them. */
export function confidencesOf({ scores, published }: Answer): Confidences {
  return {
    ...Object.fromEntries(scores.map(({ name, value }) => [name, value])),
    published: published.value,
  };
}
