import { adapterChanges } from '../report/adapter-changes.ts';
import { burstRuns } from '../report/burst-runs.ts';
import { courseOf, domainRuns } from '../report/course.ts';
import { DASHBOARD_LIMITS as LIMITS } from './dashboard-limits.ts';
import type { CourseView } from './dashboard-model.ts';
import type { SeenAnswer } from './dashboard-state.ts';
import type { StandingOptions } from './standing-of.ts';

/** Mean confidence of each rolling window's answers, by the index of its last one. */
function rollingMeans(rows: readonly SeenAnswer[], window: number): ReadonlyMap<number, number> {
  const means = new Map<number, number>();
  let sum = 0;
  let n = 0;
  const add = (row: SeenAnswer | undefined, sign: 1 | -1): void => {
    const value = row?.confidences.published ?? null;
    if (value === null) return;
    sum += sign * value;
    n += sign;
  };
  for (const [place, row] of rows.entries()) {
    add(row, 1);
    add(rows[place - window], -1);
    if (n > 0) means.set(row.index, Math.min(1, Math.max(0, sum / n)));
  }
  return means;
}

/**
 * Rolling metrics over some answers, and what happened meanwhile. Bursts and adapters of several partitions are drawn
 * in the order in which their answers were read.
 *
 * @param rows - In the order in which they were read. Not mutated.
 */
export function courseView(rows: readonly SeenAnswer[], options: StandingOptions): CourseView {
  const { window, points } = courseOf(rows, 'published', options);
  const means = rollingMeans(rows, window);
  return {
    window,
    from: rows[0]?.index ?? 0,
    to: rows.at(-1)?.index ?? 0,
    points: points.map((point) => ({ ...point, estimated: means.get(point.index) ?? null })),
    bursts: burstRuns(rows).slice(-LIMITS.marks),
    changes: adapterChanges(rows).slice(-LIMITS.marks),
    domains: domainRuns(rows).slice(-LIMITS.marks),
  };
}
