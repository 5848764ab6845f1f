import type { StrategyName } from './compare-summary.ts';
import { SCORE_TITLES } from './score-title.ts';

/** What people read for a strategy's key. */
const TITLES: Readonly<Record<StrategyName, string>> = {
  ...SCORE_TITLES,
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
  return Object.hasOwn(TITLES, name) ? TITLES[name as StrategyName] : name;
}
