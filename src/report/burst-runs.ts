import type { ReplayRow } from './replay-summary.ts';

/** A burst: a stretch of questions that is scored in full and trained on. */
export interface BurstRun {
  /** Ordinal, from 1. */
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
 * The bursts of a run.
 *
 * @param rows - In stream order. Not mutated.
 */
export function burstRuns(rows: readonly ReplayRow[]): BurstRun[] {
  const runs: BurstRun[] = [];
  for (const { burst = 0, incident = 0, index, domain } of rows) {
    if (burst === 0) continue;
    const last = runs.at(-1);
    if (last?.burst === burst) {
      const domains = last.domains.includes(domain) ? last.domains : [...last.domains, domain];
      runs[runs.length - 1] = { ...last, to: index, answers: last.answers + 1, domains };
    } else runs.push({ burst, from: index, to: index, answers: 1, incident, domains: [domain] });
  }
  return runs;
}
