import type { ReplayRow } from './replay-summary.ts';

/** A place where another adapter version began to act. */
export interface AdapterChange {
  /** Index of the first question that it answered. */
  readonly index: number;
  /** 0: none acts from here on. */
  readonly version: number;
}

/**
 * Where the acting adapter changed; a run begins without one.
 *
 * @param rows - In stream order. Not mutated.
 */
export function adapterChanges(rows: readonly ReplayRow[]): AdapterChange[] {
  const changes: AdapterChange[] = [];
  let acting = 0;
  for (const { adapterVersion: version = 0, index } of rows) {
    if (version !== acting) changes.push({ index, version });
    acting = version;
  }
  return changes;
}
