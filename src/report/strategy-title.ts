import type { StrategyName } from './compare-summary.ts';

/** What people read for a strategy's key. */
const TITLES: Readonly<Record<StrategyName, string>> = {
  verbalized: 'Verbalized',
  verbalizedWithEvidence: 'Verbalized with evidence',
  answerProbability: 'Answer probability',
  tokenCertainty: 'Token certainty',
  pTrue: 'P(True)',
  normalizedPTrue: 'NormPTrue',
  combined: 'Combination (SECL’s target)',
  dinco: 'DINCO',
  selfConsistency: 'Self-consistency',
  temperatureScaled: 'Temperature scaling, labels',
  isotonic: 'Isotonic regression, labels',
  seclPaper: 'SECL as in the paper',
  secl: 'SECL',
};

/** The title of a strategy; of an ablation's topology its own name. */
export function strategyTitle(name: string): string {
  return name in TITLES ? TITLES[name as StrategyName] : name;
}
