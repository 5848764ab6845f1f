import type { ReportedScore } from './replay-summary.ts';

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

/** The title of a score, e.g. `P(True)` for `pTrue`. */
export function scoreTitle(score: ReportedScore): string {
  return TITLES[score];
}
