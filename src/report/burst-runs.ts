import type { ReplayRow } from './replay-summary.ts';

/** A burst: a stretch of questions that is scored in full and trained on. */
export interface BurstRun {
  /** Ordinal in its partition, from 1. */
  readonly burst: number;
  /** Index of its first answer. */
  readonly from: number;
  /** Index of its last answer. */
  readonly to: number;
  /** Answers in it. */
  readonly answers: number;
  /** Changes that the gate had noticed when it opened. */
  readonly incident: number;
  /** In order of appearance. For the reader; the gate does not see them, unless it is the control that does. */
  readonly domains: readonly (string | null)[];
}

/**
 * The bursts of a run; those of several partitions may overlap.
 *
 * @param rows - In the order in which they are shown, those of a partition in stream order. Not mutated.
 */
export function burstRuns(rows: readonly ReplayRow[]): BurstRun[] {
  const runs: BurstRun[] = [];
  /** Place of each partition's newest. */
  const newest = new Map<number, number>();
  for (const { partition = 0, burst = 0, incident = 0, index, domain } of rows) {
    if (burst === 0) continue;
    const place = newest.get(partition) ?? -1;
    const last = runs[place];
    if (last?.burst === burst) {
      const domains = last.domains.includes(domain) ? last.domains : [...last.domains, domain];
      runs[place] = { ...last, to: index, answers: last.answers + 1, domains };
    } else {
      newest.set(partition, runs.length);
      runs.push({ burst, from: index, to: index, answers: 1, incident, domains: [domain] });
    }
  }
  return runs;
}
