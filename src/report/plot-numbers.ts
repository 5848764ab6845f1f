import type { ReliabilityDiagram } from '../calibration/reliability-diagram.ts';
import { cellsTable } from './cells-table.ts';
import type { Course } from './course.ts';
import { formatBand, formatCount, formatFraction } from './format-number.ts';
import { html, type Markup } from './markup.ts';
import type { Cells } from './run-cells.ts';

/** A plot's numbers as text to copy, folded away. */
function folded(cells: Cells): Markup {
  return html`<details>
    <summary>Numbers</summary>
    ${cellsTable(cells)}
  </details>`;
}

/** The bins of a reliability diagram. */
export function reliabilityNumbers({ bins }: ReliabilityDiagram): Markup {
  return folded({
    headings: ['bin', 'n', 'confidence', 'accuracy', '95%'],
    rows: bins.map((bin) => [
      `${bin.low.toFixed(2)}–${bin.high.toFixed(2)}`,
      formatCount(bin.n),
      formatFraction(bin.meanConfidence),
      formatFraction(bin.accuracy),
      formatBand({ low: bin.accuracyLow, high: bin.accuracyHigh }),
    ]),
  });
}

/** The windows of a course that are drawn. */
export function courseNumbers({ points }: Course): Markup {
  return folded({
    headings: ['last question', 'n', 'accuracy', '95%', 'confidence', 'ECE', 'floor'],
    rows: points
      .filter(({ accuracy }) => accuracy !== null)
      .map(({ index, n, accuracy, accuracyLow: low, accuracyHigh: high, mean, ece, floor }) => [
        String(index),
        formatCount(n),
        formatFraction(accuracy),
        formatBand(low === null || high === null ? null : { low, high }),
        formatFraction(mean),
        formatFraction(ece),
        formatFraction(floor),
      ]),
  });
}
