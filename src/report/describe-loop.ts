import { formatCount } from './format-number.ts';
import type { LoopSummary } from './replay-summary.ts';

function counted(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** What the loop did, in a line: bursts, adapters, and the version that acts. */
export function describeLoop({ bursts, questionsInBursts, adapters }: LoopSummary): string {
  const { accepted, refused, rolledBack, active } = adapters;
  return (
    `${counted(bursts, 'burst')} with ${counted(questionsInBursts, 'question')}; ` +
    `${counted(accepted, 'adapter')} accepted, ${formatCount(refused)} refused` +
    (rolledBack === 0 ? '' : `, ${formatCount(rolledBack)} rolled back`) +
    `; ${active === 0 ? 'no adapter' : `version ${active}`} acts.`
  );
}
