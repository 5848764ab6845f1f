import type { RunReport } from './run-report.ts';
import { sourceTitle } from './score-title.ts';

/** Something that is not alike in all runs. */
export interface RunDifference {
  readonly name: string;
  /** In the order of the runs; `null`: a run does not say. */
  readonly values: readonly (string | null)[];
}

/** What a run says of itself, by name. */
function factsOf(run: RunReport): ReadonlyMap<string, string> {
  const { model, topology, seed, publishedSource, provenance, settings } = run;
  return new Map([
    ['Model', model],
    ['Topology', topology],
    ['Seed', String(seed)],
    ['Published', sourceTitle(publishedSource)],
    ...[...provenance, ...settings].map(({ name, value }) => [name, value] as const),
  ]);
}

/** Settings that only repeat what stands under another name. */
const REPEATED = new Set(['model.name', 'name', 'seed', 'confidence.published']);

/**
 * What tells runs apart beside their results: model, stream, and every setting that differs.
 *
 * @param runs - Not mutated.
 * @returns In the order in which the runs name things; empty for fewer than two runs.
 */
export function runDifferences(runs: readonly RunReport[]): RunDifference[] {
  const facts = runs.map(factsOf);
  const names = [...new Set(facts.flatMap((of) => [...of.keys()]))];
  return names
    .filter((name) => !REPEATED.has(name))
    .map((name) => ({ name, values: facts.map((of) => of.get(name) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}
