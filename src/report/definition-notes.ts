import { formatCount } from './format-number.ts';
import type { SummaryDefinition } from './replay-summary.ts';

/** What ECE, band and floor mean, a sentence each. */
export function definitionNotes({
  bins,
  edgeRule,
  interval,
  floorSimulations,
}: SummaryDefinition): string[] {
  return [
    `ECE: ${bins} bins of equal width, ${edgeRule}.` +
      (interval.resamples === 0
        ? ''
        : ` Band: bootstrap, ${formatCount(interval.resamples)} resamples.`),
    ...(floorSimulations === 0
      ? []
      : ['Floor: mean ECE that perfect calibration would show with these confidences and this n.']),
  ];
}
