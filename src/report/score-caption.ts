import { formatBand, formatCount, formatFraction } from './format-number.ts';
import type { ScoreMetrics } from './replay-summary.ts';

/** `n`, missing, ECE, band and floor of a score, in one line. */
export function scoreCaption({ n, missing, ece, eceInterval, eceFloor }: ScoreMetrics): string {
  const parts = [`n ${formatCount(n)}`];
  if (missing > 0) parts.push(`${formatCount(missing)} missing`);
  parts.push(`ECE ${formatFraction(ece)}`);
  if (eceInterval !== null) parts.push(`95% ${formatBand(eceInterval)}`);
  if (eceFloor !== null) parts.push(`floor ${formatFraction(eceFloor.mean)}`);
  return parts.join(', ');
}
