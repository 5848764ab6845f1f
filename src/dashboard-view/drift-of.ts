import { DASHBOARD_LIMITS as LIMITS } from './dashboard-limits.ts';
import type { DriftLine, DriftView } from './dashboard-model.ts';
import type { SeenAnswer } from './dashboard-state.ts';

/** Keeps the largest of each of at most `most` stretches, so that no peak is lost. */
function thin(
  points: readonly (readonly [number, number])[],
  most: number,
): (readonly [number, number])[] {
  const stretch = Math.ceil(points.length / most);
  const kept: (readonly [number, number])[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const peak = points
      .slice(from, from + stretch)
      .reduce((best, point) => (point[1] > best[1] ? point : best));
    kept.push(peak);
  }
  return kept;
}

/**
 * The drift plot of some answers: a line for each statistic of each partition.
 *
 * @param rows - In the order in which they were read. Not mutated.
 */
export function driftOf(rows: readonly SeenAnswer[]): DriftView {
  const lines = new Map<string, { name: string; partition: number; points: [number, number][] }>();
  const incidents: { index: number; incident: number }[] = [];
  const noticed = new Map<number, number>();
  for (const { index, partition, drift, incident = 0 } of rows) {
    for (const [name, ratio] of Object.entries(drift)) {
      const key = `${partition}/${name}`;
      const line = lines.get(key) ?? { name, partition, points: [] };
      line.points.push([index, ratio]);
      lines.set(key, line);
    }
    const before = noticed.get(partition);
    // What was noticed before the oldest row is not known to have been noticed here.
    if (incident > (before ?? (index === 0 ? 0 : incident))) incidents.push({ index, incident });
    noticed.set(partition, incident);
  }
  return {
    from: rows[0]?.index ?? 0,
    to: rows.at(-1)?.index ?? 0,
    lines: [...lines.values()]
      .slice(0, LIMITS.driftLines)
      .map((line): DriftLine => ({ ...line, points: thin(line.points, LIMITS.points) })),
    linesLeftOut: Math.max(0, lines.size - LIMITS.driftLines),
    alarms: rows.flatMap(({ index, alarm }) => (alarm ? [index] : [])).slice(-LIMITS.marks),
    incidents: incidents.slice(-LIMITS.marks),
  };
}
