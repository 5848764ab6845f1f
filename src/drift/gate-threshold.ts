import { precondition } from '../errors/secl-error.ts';
import type { DetectorName, Sides } from './detector.ts';
import { RUN_LENGTHS, THRESHOLDS, WARM_UPS } from './threshold-table.ts';

/** Where `value` lies between entries of an ascending grid, in logarithms; at most at its ends. */
function locate(
  grid: readonly number[],
  value: number,
): { readonly at: number; readonly part: number } {
  const last = grid.length - 1;
  const inside = Math.min(Math.max(value, grid[0] as number), grid[last] as number);
  const above = grid.findIndex((entry) => entry >= inside);
  if (above <= 0) return { at: 0, part: 0 };
  const low = Math.log(grid[above - 1] as number);
  const high = Math.log(grid[above] as number);
  return { at: above - 1, part: (Math.log(inside) - low) / (high - low) };
}

function between(a: number, b: number, part: number): number {
  return part === 0 ? a : a + (b - a) * part;
}

/**
 * Where a detector fires, so that without a change its mean run length is at least `runLength` questions. The
 * e-detector's follows from its definition; the others' come from the simulated table, warm-up included, and between
 * its entries are linear in logarithms. Below 100 questions that for 100 is used.
 *
 * @param runLength - Questions; at most 10,000.
 * @param warmUp - Questions; those beyond the table count as its nearest.
 * @throws {@link SeclError} `PRECONDITION` for a run length that was not simulated.
 */
export function gateThreshold(
  detector: DetectorName,
  sides: Sides,
  runLength: number,
  warmUp: number,
): number {
  const longest = RUN_LENGTHS[RUN_LENGTHS.length - 1] as number;
  precondition(
    runLength > 1 && runLength <= longest,
    `${runLength} questions between false alarms, detectors times questions, must be above 1 and at most ${longest}.`,
  );
  if (detector === 'e-detector') return Math.log(runLength);
  const table = THRESHOLDS[detector][sides];
  const row = locate(WARM_UPS, warmUp);
  const column = locate(RUN_LENGTHS, runLength);
  const inRow = (i: number): number => {
    const entries = table[i] as readonly number[];
    const here = entries[column.at] as number;
    return between(here, entries[column.at + 1] ?? here, column.part);
  };
  return between(inRow(row.at), inRow(Math.min(row.at + 1, WARM_UPS.length - 1)), row.part);
}
