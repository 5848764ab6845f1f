import type { ScoreName } from '../events/score.ts';
import type { ReplaySummary, ReportedScore } from './replay-summary.ts';

/** What people read for a score's key. */
export const SCORE_TITLES: Readonly<Record<ScoreName, string>> = {
  verbalized: 'Verbalized',
  verbalizedWithEvidence: 'Verbalized with evidence',
  answerProbability: 'Answer probability',
  tokenCertainty: 'Token certainty',
  pTrue: 'P(True)',
  normalizedPTrue: 'NormPTrue',
};

/**
 * The title of a score, e.g. `P(True)` for `pTrue`.
 *
 * @param summary - Of the run it is about: where the loop ran, the published confidence is that of SECL.
 */
export function scoreTitle(score: ReportedScore, { loop }: Pick<ReplaySummary, 'loop'>): string {
  if (score !== 'published') return SCORE_TITLES[score];
  return loop === null ? 'Published' : 'Published (SECL)';
}

/** The title of the score that a record names as a confidence's source; a name that is no score's stays. */
export function sourceTitle(source: string): string {
  return Object.hasOwn(SCORE_TITLES, source) ? SCORE_TITLES[source as ScoreName] : source;
}
