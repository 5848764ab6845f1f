import type { ReplaySummary, ReportedScore } from './replay-summary.ts';

/** What people read for a score's key. */
const TITLES: Readonly<Record<ReportedScore, string>> = {
  verbalized: 'Verbalized',
  verbalizedWithEvidence: 'Verbalized with evidence',
  answerProbability: 'Answer probability',
  tokenCertainty: 'Token certainty',
  pTrue: 'P(True)',
  normalizedPTrue: 'NormPTrue',
  published: 'Published',
};

/**
 * The title of a score, e.g. `P(True)` for `pTrue`.
 *
 * @param summary - Of the run it is about: where the loop ran, the published confidence is that of SECL.
 */
export function scoreTitle(score: ReportedScore, { loop }: Pick<ReplaySummary, 'loop'>): string {
  return score === 'published' && loop !== null ? `${TITLES[score]} (SECL)` : TITLES[score];
}
